/** An agent's attestations from an issuer of this project's protocol, kept and renewed while they are used. */
import { type Clock, systemClock } from '@countersign/core'
import { createAssertionSigner } from '../client-assertion.ts'
import { requireSecureUrl } from '../secure-url.ts'
import { type AttestationIssuerMetadata, discoverAttestationIssuer } from './attestation-issuer-metadata.ts'
import { type Deployment, requestAttestation } from './attestation-request.ts'
import type { AttestationRequest, AttestationSource } from './attestation-source.ts'
import { KeptAttestation, type ObtainedAttestation } from './kept-attestation.ts'

/** Which issuer, and who the deployment is to it. */
export interface AttestFromOptions {
  /** The issuer's identifier, to the letter as it publishes it. */
  readonly issuer: string
  /** The deployment, as registered there; `sub` of its attestations, so also the `client_id` of the agent. */
  readonly clientId: string
  /** P-256 or Ed25519; authenticates the deployment. Not the key that is attested: that is the agent's proof key. */
  readonly privateJwk: JsonWebKey
  /** Used for every request; must not follow redirects when told `redirect: 'manual'`. */
  readonly fetch?: typeof fetch
  readonly clock?: Clock
}

/** Audiences and keys remembered; the one added longest ago goes first. */
const CAPACITY = 256

/**
 * Makes a source of attestations, one for each audience and key.
 *
 * Each is renewed in the background at about two thirds of its life, when it is asked for; no timer runs. While a
 * renewal fails, the one held is used until it ends.
 *
 * @returns rejects with AuthorizationRefused `attestation_unavailable`, `insecure_url`, and `misconfigured` for a key that is no private P-256 or Ed25519 JWK
 * @throws AuthorizationRefused `insecure_url`
 */
export function attestFrom(options: AttestFromOptions): AttestationSource {
  requireSecureUrl(options.issuer, 'attestation issuer')
  const order = createOrder(options)
  const kept = new Map<string, KeptAttestation>()
  return ({ audience, key, fresh = false }) => {
    const name = `${key.thumbprint} ${audience}`
    const known = kept.get(name)
    if (known !== undefined) return known.current(fresh)
    const added = new KeptAttestation(() => order({ audience, key }), options.clock ?? systemClock)
    kept.set(name, added)
    const [oldest] = kept.keys()
    if (kept.size > CAPACITY && oldest !== undefined) kept.delete(oldest)
    return added.current(fresh)
  }
}

/** Asks the issuer; its metadata is looked up at first, and again after anything went wrong. */
function createOrder(options: AttestFromOptions): (request: AttestationRequest) => Promise<ObtainedAttestation> {
  const { issuer, clientId, privateJwk, clock = systemClock } = options
  const fetcher: typeof fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const signer = createAssertionSigner(clientId, privateJwk)
  // Whoever asks first will see it fail; until then nobody need be told.
  signer.catch(() => undefined)
  let discovered: Promise<AttestationIssuerMetadata> | undefined
  return async ({ audience, key }) => {
    const deployment: Deployment = { issuer, clientId, signAssertion: await signer, fetch: fetcher, clock }
    discovered ??= discoverAttestationIssuer(issuer, fetcher)
    try {
      return await requestAttestation(deployment, { endpoints: await discovered, audience, key })
    } catch (error) {
      discovered = undefined
      throw error
    }
  }
}
