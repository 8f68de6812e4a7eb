/** The authorization server that a configuration describes, with its stores; it listens to nothing yet. */
import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  createAuthorizationServer,
  type Log,
} from '@countersign/authorization-server'
import type { AttestationEvents, Clock, StoreEvent } from '@countersign/core'
import type { ServeConfig } from '../config/read-config.ts'
import { explain } from './explain.ts'
import { openShared } from './shared.ts'
import { openTrust } from './trust.ts'

/** What is told of it, and by which clock. */
export interface ServerParts {
  readonly clock: Clock
  readonly log: Log
  /** Of the keys that attestations are judged by. */
  readonly trustEvents: AttestationEvents
  /** Of the ledger, where that is a server of its own. */
  readonly ledgerEvents: (event: StoreEvent) => void
}

/** A configuration, or what of it a program beside the running server goes by. */
type Opened = Omit<ServeConfig, 'encryption'> & Pick<AuthorizationServerOptions, 'encryption'>

/** What is open. */
export interface OpenServer {
  readonly server: AuthorizationServer
  /** Requests still under way fail. */
  close(): Promise<void>
}

/**
 * Opens everything, or nothing. `file` is what the configuration is called in messages. Rejects with `CommandFailed`
 * that names cause and cure: with exit code 2 for a configuration that cannot be, with 1 for a store that cannot be used.
 */
export async function openServer(config: Opened, file: string, parts: ServerParts): Promise<OpenServer> {
  const closers: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const trusted = await openTrust(config, { clock: parts.clock, events: parts.trustEvents }, closers)
    const shared = await openShared(config, parts, closers)
    const server = await createAuthorizationServer({
      issuer: config.issuer,
      database: config.database,
      resources: config.resources,
      clients: config.clients ?? [],
      ...(config.users !== undefined && { users: config.users }),
      ...(config.encryption !== undefined && { encryption: config.encryption }),
      ...(config.keys !== undefined && { keys: config.keys }),
      ...trusted,
      ...shared,
      log: parts.log,
    })
    closers.push(() => server.close())
    return { server, close }
  } catch (error) {
    await close()
    throw explain(error, file)
  }
}
