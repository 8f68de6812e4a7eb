/** A server that is weak on purpose, for showing what an attack does without a defence. Never for serving anyone. */
import { existsSync } from 'node:fs'
import { isLoopbackHost } from '@countersign/core'
import { type AuthorizationServer, assembleAuthorizationServer } from '../authorization-server.ts'
import type { AuthorizationServerOptions } from '../configuration/options.ts'
import { readDatabaseAddress } from '../store/database-address.ts'
import { vary, type Weakness } from './weaknesses.ts'

/** What makes it weak. */
export interface WeakenedOptions {
  readonly weaknesses: readonly Weakness[]
  /** With `shared_secrets`: the secrets of clients, by client id; such a client needs no key any more. */
  readonly secrets?: Readonly<Record<string, string>>
}

/**
 * Creates it. Rejects with a TypeError unless `COUNTERSIGN_UNSAFE=1` is set, issuer and resources are on loopback, and
 * the database is new: a weakened server has keys of its own and touches nothing that others run on.
 */
export async function createWeakenedAuthorizationServer(
  options: AuthorizationServerOptions,
  weakened: WeakenedOptions,
): Promise<AuthorizationServer> {
  if (process.env.COUNTERSIGN_UNSAFE !== '1') {
    throw new TypeError('A weakened authorization server needs COUNTERSIGN_UNSAFE=1 in the environment.')
  }
  for (const url of [options.issuer, ...options.resources.map(({ resource }) => resource)]) {
    if (!isLoopbackHost(URL.parse(url)?.hostname ?? '')) {
      throw new TypeError(`A weakened authorization server runs on loopback only; '${url}' is elsewhere.`)
    }
  }
  const { kind, place } = readDatabaseAddress(options)
  if (kind !== 'sqlite') throw new TypeError('A weakened authorization server keeps its data in an SQLite file.')
  if (existsSync(place)) {
    throw new TypeError(`A weakened authorization server needs a new database; '${options.database}' is there already.`)
  }
  return assembleAuthorizationServer(options, vary(weakened.weaknesses, weakened.secrets ?? {}))
}
