/** Somebody who uses a server until it dies, remembers what it was told, and holds the next one to it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Grounds } from '@countersign/lab'
import type { Up } from '../support/up.ts'

export interface Actor {
  /** One thing after the other; rejects when the server is gone. */
  work(): Promise<never>
  /** After a restart: what was acknowledged is there, what was consumed is refused. */
  verify(): Promise<void>
  /** How many things were acknowledged so far. */
  readonly acknowledged: number
}

/** What the actors need of a running `up`; it is the same after a restart. */
export function findGrounds({ issuer, resource, client, data }: Up): Grounds {
  const { name, password } = JSON.parse(readFileSync(join(data, 'user.json'), 'utf8')) as Grounds['user']
  const publicClient = { clientId: 'countersign-login', redirectUri: 'http://127.0.0.1/callback' }
  return { issuer, a: { resource }, client, publicClient, user: { name, password } }
}
