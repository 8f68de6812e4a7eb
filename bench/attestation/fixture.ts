/** An issuer of attestations, an agent, and the bytes that it shows. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { createTrustList, type TrustList } from '@countersign/attestation/trust'
import { type AttestationVerifier, createAttestationVerifier } from '@countersign/attestation/verify'
import { systemClock } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createSigningKey, resource, thumbprintOf } from '../guard/fixture.ts'

export const attester = 'http://127.0.0.1:7403'
export const agentKey = createSigningKey()
export const agentThumbprint = thumbprintOf(agentKey.publicJwk)

const { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject } = generateKeyPairSync('ed25519')
export const attesterKeys = { privateKey, publicKey }

/** A trust list of so many issuers, of which the attester is the last. */
export function createList(length = 1): TrustList {
  const keys = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'attest-1' }] }
  const names = Array.from({ length: length - 1 }, (_, index) => `https://attest-${index}.example`)
  return createTrustList(
    createFastVerifier(),
    [...names, attester].map((issuer) => ({ issuer, keys, level: 'provider', providers: ['example'] })),
  )
}

/** A verifier with such a list. */
export function createVerifier(length = 1): AttestationVerifier {
  return createAttestationVerifier({ verifier: createFastVerifier(), clock: systemClock, trust: createList(length) })
}

/** Shows an attestation as the guard does; throws unless it is accepted, or refused where that is what is measured. */
export async function show(verifier: AttestationVerifier, text: string, accepted = true): Promise<void> {
  const expected = { proofThumbprint: agentThumbprint, clientId: 'agent-1', audience: resource }
  const result = await verifier.verify(text, expected)
  if (result.ok !== accepted) throw new Error(`unexpected: ${JSON.stringify(result)}`)
}

/** A new attestation of the agent's key, Ed25519, some 900 bytes. */
export function signAttestation(issuer = attester): string {
  const now = Math.floor(Date.now() / 1000)
  const { kty, crv, x, y } = agentKey.publicJwk
  const claims = {
    iss: issuer,
    sub: 'agent-1',
    iat: now,
    nbf: now,
    exp: now + 300,
    jti: randomBytes(16).toString('base64url'),
    cnf: { jwk: { kty, crv, x, y } },
    agent_identity: { model_family: 'm', model_version: '4.5', provider: 'example', deployment_id: 'prod-7' },
    agent_integrity: { config_hash: `sha256:${'a'.repeat(43)}`, system_prompt_hash: `sha256:${'b'.repeat(43)}` },
    attestation_metadata: {
      attestation_version: '1.0',
      attestation_type: 'provider',
      safety_level: 'standard',
      capabilities_declared: ['tools', 'resources'],
    },
    assurance: 'asserted',
  }
  const header = { typ: 'oauth-client-attestation+jwt', alg: 'Ed25519', kid: 'attest-1' }
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign(null, Buffer.from(input), privateKey).toString('base64url')
  return flat(`${input}.${signature}`)
}

/** A string as it comes off the wire: one piece, not a tree of concatenations. */
export function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
