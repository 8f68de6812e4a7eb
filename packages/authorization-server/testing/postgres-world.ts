/** Two authorization servers on one PostgreSQL database, with every request at the other one. */
import { randomBytes } from 'node:crypto'
import type { PostgresServer } from '@countersign/store-servers'
import { startWorld, type World, type WorldOptions } from './world.ts'

let databases = 0

/** A database of its own on a server that runs; yields its URL. */
export async function createDatabase(server: PostgresServer): Promise<string> {
  const name = `as_${++databases}`
  await server.sql(`CREATE DATABASE ${name}`)
  return server.url.replace(/\/[^/]*$/, `/${name}`)
}

export async function startPostgresWorld(server: PostgresServer, settings: WorldOptions = {}): Promise<World> {
  const database = await createDatabase(server)
  const options = { database, encryption: { key: randomBytes(32) }, ...settings.options }
  return startWorld({ servers: 2, ...settings, options })
}
