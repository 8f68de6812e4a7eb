/** The authorization server: OAuth 2.1 for MCP, on oidc-provider and one SQLite file. */
import type { DatabaseSync } from 'node:sqlite'
import { type Ledger, systemClock } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createSqliteLedger, openDatabase } from '@countersign/ledgers/sqlite'
import { Provider } from 'oidc-provider'
import { checkIssuer } from './configuration/issuer.ts'
import type { AuthorizationServerOptions } from './configuration/options.ts'
import { createProviderConfiguration } from './configuration/provider-configuration.ts'
import { createResourceRegistry } from './configuration/resources.ts'
import { createFallback } from './http/fallback.ts'
import { createListener, type RequestListener } from './http/listener.ts'
import { pinIssuer } from './http/pin-issuer.ts'
import { createStrictProof } from './http/strict-proof.ts'
import { createLoginAttempts } from './interaction/attempts.ts'
import { createSingleDelivery } from './interaction/deliver-once.ts'
import { createFormTokens } from './interaction/form-token.ts'
import { createInteractionRoutes } from './interaction/routes.ts'
import { createConsume } from './single-use/consume.ts'
import { bindRefreshTokens } from './single-use/refresh-token.ts'
import { useLedgerForReplay } from './single-use/replay-detection.ts'
import { createAdapter, type StorageAdapter } from './store/adapter.ts'
import { createArtefactStore } from './store/artefact-store.ts'
import { authorizationServerSchema } from './store/schema.ts'
import { loadSecrets } from './store/secrets.ts'
import { createUserStore } from './store/users.ts'
import { watchProvider } from './watch-provider.ts'

/** A running authorization server; it listens to nothing by itself. */
export interface AuthorizationServer {
  readonly issuer: string
  /** For `http.createServer` or `https.createServer`. */
  readonly listener: RequestListener
  /** Closes the database; requests still under way fail. */
  close(): Promise<void>
}

/** Wraps every storage adapter; for tests with a slow store. */
export type WrapAdapter = (adapter: StorageAdapter) => StorageAdapter

/**
 * Creates an authorization server. Rejects with a TypeError for options that cannot be, and with `DatabaseUnusable`
 * for a database that cannot be used.
 */
export function createAuthorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  return assembleAuthorizationServer(options, (adapter) => adapter)
}

/** The same, with the adapters wrapped. */
export async function assembleAuthorizationServer(
  options: AuthorizationServerOptions,
  wrapAdapter: WrapAdapter,
): Promise<AuthorizationServer> {
  checkIssuer(options.issuer)
  if (options.ledger?.lifetime === 'run') {
    throw new TypeError('This ledger forgets when the process ends: the authorization server needs a durable one.')
  }
  const database = openDatabase(options.database, authorizationServerSchema)
  try {
    const provider = await createProvider(options, database, wrapAdapter)
    return {
      issuer: options.issuer,
      listener: createListener(new URL(options.issuer), provider.callback()),
      async close() {
        if (database.isOpen) database.close()
      },
    }
  } catch (error) {
    database.close()
    throw error
  }
}

async function createProvider(
  options: AuthorizationServerOptions,
  database: DatabaseSync,
  wrapAdapter: WrapAdapter,
): Promise<Provider> {
  const { issuer, clients = [], log = () => {} } = options
  // The library reads the system clock itself; one server must not live in two times.
  const now = systemClock
  const verifier = createFastVerifier()
  const ledger: Ledger = options.ledger ?? createSqliteLedger({ database })
  const resources = createResourceRegistry(options.resources)
  const users = await createUserStore(database, options.users ?? [])
  const secrets = loadSecrets(database)
  const store = createArtefactStore(database, now)
  const consume = createConsume({ issuer, store, ledger, verifier, now, log })
  const adapter = (model: string) => wrapAdapter(createAdapter(model, store, consume, now))

  const configuration = createProviderConfiguration({ issuer, clients, resources, users, secrets, adapter, now })
  const provider = new Provider(issuer, configuration)
  pinIssuer(provider)
  watchProvider(provider, log)
  useLedgerForReplay(provider, ledger, verifier, now)
  bindRefreshTokens(provider, store, log, now)

  const formTokens = createFormTokens(secrets.formSecret)
  const attempts = createLoginAttempts(now)
  provider.use(createFallback(log))
  provider.use(createStrictProof(log))
  provider.use(createInteractionRoutes({ provider, resources, users, formTokens, attempts, log }))
  provider.use(createSingleDelivery({ provider, ledger, verifier }))
  return provider
}
