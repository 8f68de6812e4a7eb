/** The agent's side of authorization: its key, its tokens, and a `fetch` that uses them. */
import { type Clock, systemClock } from '@countersign/core'
import { generateProofKey, type ProofKey } from '@countersign/dpop'
import type { OAuthClientProvider } from '@modelcontextprotocol/client'
import type { AgentParts } from './agent-parts.ts'
import type { AttestationSource } from './attestation/attestation-source.ts'
import { createAuthorizedFetch } from './authorized-fetch.ts'
import { createClients, type FindCredentials } from './clients.ts'
import type { Credentials } from './credentials.ts'
import { DpopNonces } from './dpop-nonces.ts'
import type { FirstScopes } from './first-scopes.ts'
import { createProvider } from './provider.ts'
import type { Approve } from './step-up.ts'

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
  /** Scopes that the agent may take by itself when a server demands them; anything else goes to `approve`. */
  readonly stepUp?: { readonly scopes: readonly string[] }
  /**
   * Asks a person, outside of the model's reach; where left out, the answer is no. A yes is for scopes, which stand
   * for a class of calls: until the token that was got for it ends, other calls that need the same go through unasked.
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
  /** Used for every request; must not follow redirects when told `redirect: 'manual'`. */
  readonly fetch?: typeof fetch
  readonly clock?: Clock
}

/** An agent. Neither a token nor a private key can be reached from it. */
export interface Agent {
  /**
   * A `fetch` for `new StreamableHTTPClientTransport(url, { fetch: agent.fetch })`.
   *
   * Rejects with AuthorizationRefused when no token comes about; hands back the server's 401 or 403 when the server
   * stays with it, or when nobody allows more scopes.
   */
  readonly fetch: typeof fetch
  /**
   * For hosts that take only an `OAuthClientProvider`; good for this one URL, without content digest
   * and without attestation.
   *
   * @throws AuthorizationRefused `insecure_url`
   */
  provider(url: string | URL): OAuthClientProvider
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
  return Object.freeze({
    fetch: createAuthorizedFetch(parts),
    provider: (url: string | URL) => createProvider(parts, url),
    thumbprint: parts.key.thumbprint,
  })
}

function isProofKey(key: ProofKey | { readonly algorithm: string }): key is ProofKey {
  return 'sign' in key
}

async function assemble(options: AgentOptions): Promise<AgentParts> {
  const proofKey = options.proofKey ?? { algorithm: 'ES256' }
  return {
    clients: await createClients(options.credentials, {
      issuers: options.issuers,
      attests: options.attestation !== undefined,
    }),
    key: isProofKey(proofKey) ? proofKey : await generateProofKey(proofKey.algorithm),
    nonces: new DpopNonces(),
    stepUp: { unattended: options.stepUp?.scopes ?? [], approve: options.approve },
    scopes: options.scopes,
    bearer: options.bearer ?? 'refused',
    attestation: options.attestation,
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    clock: options.clock ?? systemClock,
  }
}
