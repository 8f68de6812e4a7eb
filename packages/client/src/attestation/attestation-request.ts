/** Asks an attestation issuer: a challenge, then the instance's proof, as an authenticated deployment (RFC 7523 §2.2). */
import { makeInstanceProof } from '@countersign/attestation/issue'
import type { Clock } from '@countersign/core'
import type { ProofKey } from '@countersign/dpop'
import { AuthorizationRefused } from '../authorization-refused.ts'
import type { AssertionSigner } from '../client-assertion.ts'
import { fetchJsonDocument, type JsonAnswer } from '../json-document.ts'
import type { AttestationIssuerMetadata } from './attestation-issuer-metadata.ts'
import type { ObtainedAttestation } from './kept-attestation.ts'
import { isAttestation } from './obtain-attestation.ts'

/** Who asks whom. */
export interface Deployment {
  readonly issuer: string
  readonly clientId: string
  readonly signAssertion: AssertionSigner
  readonly fetch: typeof fetch
  readonly clock: Clock
}

/** What for. */
export interface AttestationOrder {
  readonly endpoints: AttestationIssuerMetadata
  readonly audience: string
  readonly key: ProofKey
}

const ROLE = { name: 'attestation issuer', failure: 'attestation_unavailable' } as const
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
/** VSCHAR without the blank; the length is ours. */
const CHALLENGE = /^[\x21-\x7e]{1,2048}$/
/** Seconds; no verifier takes one that lives longer. */
const LONGEST_LIFE = 600

/**
 * Requests an attestation; a challenge that has run out meanwhile is answered once with the new one that came along.
 *
 * @throws AuthorizationRefused `attestation_unavailable`
 */
export async function requestAttestation(
  deployment: Deployment,
  order: AttestationOrder,
): Promise<ObtainedAttestation> {
  const first = await postProof(deployment, order, await requestChallenge(deployment, order.endpoints))
  const renewed = first.headers.get('oauth-client-attestation-challenge')
  const retry = first.status === 400 && first.document?.error === 'use_attestation_challenge' && renewed !== null
  return readIssued(retry ? await postProof(deployment, order, requireChallenge(renewed)) : first)
}

async function requestChallenge(
  { fetch }: Deployment,
  { challengeEndpoint }: AttestationIssuerMetadata,
): Promise<string> {
  const init = { method: 'POST', headers: { accept: 'application/json' } }
  const { status, document } = await fetchJsonDocument({ fetch, url: challengeEndpoint, init }, ROLE)
  if (status !== 200) throw refused(status)
  return requireChallenge(document?.attestation_challenge)
}

function requireChallenge(challenge: unknown): string {
  if (typeof challenge === 'string' && CHALLENGE.test(challenge)) return challenge
  throw malformed('attestation_challenge')
}

/** Each try has a client assertion and an instance proof of its own. */
async function postProof(
  { issuer, clientId, signAssertion, fetch, clock }: Deployment,
  { endpoints, audience, key }: AttestationOrder,
  challenge: string,
): Promise<JsonAnswer> {
  const body = new URLSearchParams({
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await signAssertion({ audience: issuer, now: clock(), algorithms: undefined }),
    instance_proof: await makeInstanceProof(key, { issuer, challenge, clientId, audience }),
  })
  const init = { method: 'POST', headers: { accept: 'application/json' }, body }
  return fetchJsonDocument({ fetch, url: endpoints.attestationEndpoint, init }, ROLE)
}

function readIssued({ status, document }: JsonAnswer): ObtainedAttestation {
  if (status !== 200) throw refused(status)
  const { attestation, issued_at: issuedAt, expires_at: expiresAt } = document ?? {}
  if (!isAttestation(attestation)) throw malformed('attestation')
  const life = typeof issuedAt === 'number' && typeof expiresAt === 'number' ? expiresAt - issuedAt : 0
  if (!(life > 0)) throw malformed('expires_at')
  return { attestation, life: Math.min(life, LONGEST_LIFE) }
}

function refused(status: number): AuthorizationRefused {
  return new AuthorizationRefused(
    'attestation_unavailable',
    `The attestation issuer answered with status ${status}; check the deployment's registration there.`,
  )
}

function malformed(member: string): AuthorizationRefused {
  return new AuthorizationRefused('attestation_unavailable', `The attestation issuer sent no valid \`${member}\`.`)
}
