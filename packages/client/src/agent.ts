/** The agent's side of authorization: its key, its tokens, and a `fetch` that uses them. */
import { type Clock, systemClock } from '@countersign/core'
import { generateProofKey, type ProofKey } from '@countersign/dpop'
import type { OAuthClientProvider } from '@modelcontextprotocol/client'
import type { AgentParts } from './agent-parts.ts'
import type { AttestationSource } from './attestation/attestation-source.ts'
import { createAuthorizedFetch } from './authorized-fetch.ts'
import { createClients, type FindCredentials } from './clients.ts'
import type { Credentials } from './credentials.ts'
import { type DelegationRequest, delegate } from './delegation/delegate.ts'
import { type Delegation, parseDelegation } from './delegation/delegation.ts'
import { DpopNonces } from './dpop-nonces.ts'
import type { FirstScopes } from './first-scopes.ts'
import { createProvider } from './provider.ts'
import type { Approve } from './step-up.ts'
import { createTokenStore } from './token-store.ts'

/** How an agent is set up. */
export interface AgentOptions {
  /**
   * Good at the issuers in `issuers`, or where that is left out at the first one that issues a token, and no other.
   * A function yields credentials for each authorization server.
   */
  readonly credentials: Credentials | FindCredentials
  /** A key, or the kind of key to generate; ES256 where left out. A generated key lives as long as the process. */
  readonly proofKey?: ProofKey | { readonly algorithm: 'ES256' | 'Ed25519' }
  /**
   * Asked for with the first token of each server; where left out, what the server's first challenge names. A function
   * chooses for each server.
   */
  readonly scopes?: FirstScopes
  /** What the agent may take by itself when a server demands it; anything else goes to `approve`. */
  readonly stepUp?: StepUpOptions
  /**
   * Asks a person, outside of the model's reach; where left out, the answer is no. A yes to scopes, which stand for a
   * class of calls, holds until the token that was got for it ends: other calls that need the same go through unasked.
   * A yes to a capability is for the call that it was shown with, and gives no scope.
   */
  readonly approve?: Approve
  /** The only authorization servers that are gone to; where left out, the first that a resource names. */
  readonly issuers?: readonly string[]
  /** `allowed` takes tokens that are bound to no key, from servers without DPoP; `refused` where left out. */
  readonly bearer?: 'refused' | 'allowed'
  /**
   * Where the agent's attestations come from, such as `attestFrom`; shown to servers whose metadata says that they
   * take them. Where the source fails, a server that can do without is called without; any other is not called.
   */
  readonly attestation?: AttestationSource
  /**
   * What another agent's `delegate` yielded for this client: the agent then acts on that alone, for the one server that
   * it is for, and asks for nothing on its own account. It ends with the token of the other, and is not renewed.
   */
  readonly delegation?: Delegation
  /** Used for every request; must not follow redirects when told `redirect: 'manual'`. */
  readonly fetch?: typeof fetch
  readonly clock?: Clock
}

/** What an operator lets an agent have unasked. A list is for whatever server demands it; a token is for one alone. */
export interface StepUpOptions {
  readonly scopes?: readonly string[]
  /** Tools, by name: a capability for the very call that was just made is asked for without `approve`. */
  readonly capabilities?: readonly string[]
  /** What a capability may have at the most, also when `approve` is asked: 1 use and 60 seconds where left out. */
  readonly capabilityLimits?: { readonly uses?: number; readonly seconds?: number }
}

/** An agent. Neither a private key nor a token that anybody could use can be reached from it. */
export interface Agent {
  /**
   * A `fetch` for `new StreamableHTTPClientTransport(url, { fetch: agent.fetch })`.
   *
   * Rejects with AuthorizationRefused when no token comes about; hands back the server's 401 or 403 when the server
   * stays with it, or when nobody allows more, and a 429 at once.
   */
  readonly fetch: typeof fetch
  /**
   * For hosts that take only an `OAuthClientProvider`; good for this one URL, without content digest, attestation,
   * capabilities and delegation.
   *
   * @throws AuthorizationRefused `insecure_url`; `misconfigured` for an agent that acts on a delegation
   */
  provider(url: string | URL): OAuthClientProvider
  /**
   * Cuts off a part of what the agent may do at one server, for another client to act with. For the program, not for
   * the model.
   *
   * @throws AuthorizationRefused `misconfigured`, `delegation_unfit`, and whatever getting a token may bring
   */
  delegate(request: DelegationRequest): Promise<Delegation>
  /** RFC 7638 thumbprint of the proof key: what tokens are bound to. */
  readonly thumbprint: string
}

/**
 * Sets up an agent.
 *
 * @throws AuthorizationRefused `misconfigured`, `insecure_url`
 */
export async function createAgent(options: AgentOptions): Promise<Agent> {
  const parts = await assemble(options)
  const tokens = createTokenStore(parts)
  return Object.freeze({
    fetch: createAuthorizedFetch(parts, tokens),
    delegate: (request: DelegationRequest) => delegate(parts, tokens, request),
    provider: (url: string | URL) => createProvider(parts, url),
    thumbprint: parts.key.thumbprint,
  })
}

function isProofKey(key: ProofKey | { readonly algorithm: string }): key is ProofKey {
  return 'sign' in key
}

async function assemble(options: AgentOptions): Promise<AgentParts> {
  const proofKey = options.proofKey ?? { algorithm: 'ES256' }
  const delegation = options.delegation === undefined ? undefined : parseDelegation(options.delegation)
  const { scopes: unattended = [], capabilities: unattendedTools = [], capabilityLimits = {} } = options.stepUp ?? {}
  return {
    clients: await createClients(options.credentials, {
      issuers: options.issuers ?? (delegation && [delegation.issuer]),
      attests: options.attestation !== undefined,
    }),
    listedIssuers: options.issuers,
    key: isProofKey(proofKey) ? proofKey : await generateProofKey(proofKey.algorithm),
    nonces: new DpopNonces(),
    stepUp: { unattended, unattendedTools, capabilityLimits, approve: options.approve },
    scopes: options.scopes,
    bearer: options.bearer ?? 'refused',
    attestation: options.attestation,
    delegation,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    clock: options.clock ?? systemClock,
  }
}
