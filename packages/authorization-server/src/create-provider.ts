/** The library, put together: what stands in the place of its own parts, and in which order. */
import { Provider } from 'oidc-provider'
import { createToolTable } from './capabilities/tool-table.ts'
import { authenticateClients } from './client-authentication/authenticate-clients.ts'
import { createClientRegistry } from './configuration/client-registry.ts'
import { createMetadataCorrection } from './configuration/endpoints.ts'
import type { AuthorizationServerOptions } from './configuration/options.ts'
import { createProviderConfiguration } from './configuration/provider-configuration.ts'
import { createResourceRegistry } from './configuration/resources.ts'
import { createFallback } from './http/fallback.ts'
import { pinIssuer } from './http/pin-issuer.ts'
import { createLoginAttempts } from './interaction/attempts.ts'
import { createSingleDelivery } from './interaction/deliver-once.ts'
import { createFormTokens } from './interaction/form-token.ts'
import { createInteractionRoutes } from './interaction/routes.ts'
import { createAccessTokenReader } from './introspection/access-token-reader.ts'
import { createIntrospectionAnswer } from './introspection/answer.ts'
import { findOwnTokens } from './introspection/token-models.ts'
import { createJwksCaching } from './keys/jwks-caching.ts'
import { checkKeyOptions } from './keys/key-options.ts'
import { createRevocationFeed } from './revocation/feed.ts'
import { endRequestsUnderWay } from './revocation/under-way.ts'
import { createConsume } from './single-use/consume.ts'
import { createAssertionSettlement } from './single-use/pending-assertion.ts'
import { bindRefreshTokens } from './single-use/refresh-token.ts'
import { useLedgerForReplay } from './single-use/replay-detection.ts'
import { createAdapter } from './store/adapter.ts'
import type { DurableState } from './store/durable-state.ts'
import { refuseWhileLedgerUnavailable } from './store/unavailable.ts'
import { createUserStore } from './store/users.ts'
import { useTokenProofs } from './token-endpoint/grants.ts'
import { createTokenNonces } from './token-endpoint/token-nonces.ts'
import { createTokenProofs } from './token-endpoint/token-proof.ts'
import { exchangeRules } from './token-exchange/exchange-rules.ts'
import { registerTokenExchange } from './token-exchange/token-exchange.ts'
import type { Variation } from './variation.ts'
import { watchProvider } from './watch-provider.ts'

/** Puts the library together with everything that is ours. Throws a TypeError for registrations that cannot be. */
export async function createProvider(
  options: AuthorizationServerOptions,
  state: DurableState,
  {
    wrapAdapter = (adapter) => adapter,
    wrapLedger = (ledger) => ledger,
    configure = (same) => same,
    adaptExchange = (same) => same,
  }: Variation,
): Promise<Provider> {
  const { issuer, clients = [], trust, spiffe = [], log = () => {} } = options
  const { store, secrets, keys, revocations, verifier, now } = state
  const { artefacts } = store
  const ledger = wrapLedger(refuseWhileLedgerUnavailable(state.ledger, now))
  const ownLedger = state.ledger === store.ledger ? ledger : wrapLedger(refuseWhileLedgerUnavailable(store.ledger, now))
  const resources = createResourceRegistry(options.resources)
  const users = await createUserStore(store.users, options.users)
  const consume = createConsume({ issuer, store: artefacts, revocations, ledger: ownLedger, verifier, now, log })
  const adapter = (model: string) => wrapAdapter(createAdapter(model, { store: artefacts, consume, revocations, now }))

  const registry = createClientRegistry(options)
  const tools = createToolTable(options.resources)
  const capabilities = { resources, tools, clients: registry, revocations, now }
  const authentication = {
    attestation: trust !== undefined,
    mayOmitAttestation: registry.mayOmitAttestation,
    spiffe: spiffe.length > 0,
  }
  const parts = { issuer, clients, authentication, resources, capabilities, users, secrets, keys, adapter, now }
  const provider = new Provider(issuer, configure(createProviderConfiguration(parts)))
  pinIssuer(provider)
  watchProvider(provider, log)
  const verifyProof = createTokenProofs({ issuer, nonces: createTokenNonces(state), verifier, now })
  useTokenProofs(provider, verifyProof)
  authenticateClients(provider, { issuer, clients: registry, trust, spiffe, verifyProof, verifier, now, log })
  const exchange = { ...capabilities, users, verifyProof, rules: adaptExchange(exchangeRules) }
  registerTokenExchange(provider, exchange)
  useLedgerForReplay(provider, { ledger, verifier })
  bindRefreshTokens(provider, revocations, log, now)
  endRequestsUnderWay(provider, revocations)
  const read = createAccessTokenReader(issuer, keys, verifier)
  findOwnTokens({ provider, read, store: artefacts, revocations })

  const formTokens = createFormTokens(secrets.formSecret)
  const attempts = createLoginAttempts(store.attempts, now)
  provider.use(createFallback(log))
  provider.use(createAssertionSettlement(log))
  provider.use(createRevocationFeed(revocations))
  provider.use(createJwksCaching(checkKeyOptions(options.keys ?? {}, options.resources).maxAge))
  provider.use(createMetadataCorrection(authentication))
  provider.use(createIntrospectionAnswer(issuer, now))
  provider.use(createInteractionRoutes({ ...capabilities, provider, users, formTokens, attempts, log }))
  provider.use(createSingleDelivery({ provider, ledger, verifier }))
  return provider
}
