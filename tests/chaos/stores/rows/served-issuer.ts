/** `countersign serve` on a database that is broken under it. */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Grounds } from '@countersign/lab'
import { findFreePort } from '@countersign/store-servers'
import { Served } from '../../../support/served-process.ts'

/** One that runs, with a person and an app that are registered there. */
export interface ServedIssuer {
  readonly grounds: Grounds
  /** Kills the process that started the others; they end by themselves. */
  kill(): Promise<void>
  /** Starts it again at the same address. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Starts it, with its configuration in `folder`. */
export async function startIssuer(folder: string, database: string): Promise<ServedIssuer> {
  const port = await findFreePort()
  const issuer = `http://127.0.0.1:${port}`
  const resource = 'http://127.0.0.1:8999/mcp'
  const publicClient = { clientId: 'app', redirectUri: 'http://127.0.0.1/callback' }
  const user = { name: 'person', password: randomBytes(12).toString('hex') }
  const path = join(folder, 'serve.json')
  const config = {
    issuer,
    database,
    listen: { port },
    admin: { port: 0 },
    workers: 2,
    encryption: { key: randomBytes(32).toString('hex') },
    resources: [{ resource, name: 'Notes', scopes: { 'notes:read': 'Read your notes' } }],
    clients: [
      {
        client_id: publicClient.clientId,
        name: 'An app',
        public: true,
        grants: ['authorization_code', 'refresh_token'],
        redirect_uris: [publicClient.redirectUri],
        scopes: ['notes:read'],
      },
    ],
    users: [{ subject: 'u1', ...user }],
  }
  writeFileSync(path, JSON.stringify(config))
  let served = new Served(path)
  await served.ready
  const end = async (signal: NodeJS.Signals) => {
    served.signal(signal)
    await served.exit
  }
  return {
    // Nobody gets tokens by itself here.
    grounds: { issuer, a: { resource }, publicClient, user, client: { clientId: 'none', privateJwk: {} } },
    kill: () => end('SIGKILL'),
    async start() {
      served = new Served(path)
      await served.ready
    },
    stop: () => end('SIGTERM'),
  }
}
