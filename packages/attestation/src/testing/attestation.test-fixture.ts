/** Attestations as anybody with a key can write them: signed by jose, which knows nothing of our rules. */
import type { Result } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { CompactSign, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import { createTrustList, type TrustEntry } from '../trust/trust-list.ts'
import type { AttestationExpectation } from '../verify/presented.ts'
import type { VerifiedAttestation } from '../verify/verified-attestation.ts'
import { type AttestationVerifierOptions, createAttestationVerifier } from '../verify/verify-attestation.ts'

export type Members = Record<string, unknown>

/** A key pair made by jose. */
export async function makeKey(alg: 'Ed25519' | 'ES256' = 'Ed25519') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return { alg, privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) }
}

export const NOW = 1_800_000_000
export const ISSUER = 'https://anthropic.com'
export const RESOURCE = 'https://notes.example/mcp'
export const CLIENT = 'assistant'

export const issuerKey = await makeKey('Ed25519')
export const strangersKey = await makeKey('Ed25519')
export const instanceKey = await makeKey('ES256')

export const HEADER = { typ: 'oauth-client-attestation+jwt', alg: 'Ed25519', kid: 'k1' }
export const IDENTITY = {
  model_family: 'claude',
  model_version: '4.5',
  provider: 'anthropic',
  deployment_id: 'prod-7',
}
export const METADATA = {
  attestation_version: '1.0',
  attestation_type: 'provider',
  safety_level: 'standard',
  capabilities_declared: ['tools'],
}
export const CLAIMS = {
  iss: ISSUER,
  sub: CLIENT,
  iat: NOW,
  nbf: NOW,
  exp: NOW + 300,
  jti: '0f0e0d0c0b0a09080706050403020100',
  cnf: { jwk: instanceKey.jwk },
  agent_identity: IDENTITY,
  agent_integrity: { config_hash: 'sha256:aa', system_prompt_hash: 'sha256:bb' },
  attestation_metadata: METADATA,
}

const utf8 = new TextEncoder()

/** Any claims under any header; a member that is `undefined` is left out. */
export function forge(claims: Members | string = {}, header: Members = {}, key = issuerKey): Promise<string> {
  const payload = typeof claims === 'string' ? claims : JSON.stringify({ ...CLAIMS, ...claims })
  const { alg = key.alg, ...rest } = { ...HEADER, alg: key.alg, ...header }
  return new CompactSign(utf8.encode(payload)).setProtectedHeader({ ...rest, alg: String(alg) }).sign(key.privateKey)
}

export const LINE: TrustEntry = {
  issuer: ISSUER,
  keys: { keys: [{ ...issuerKey.jwk, kid: 'k1' }] },
  level: 'provider',
  providers: ['anthropic'],
}
export const EXPECTED: AttestationExpectation = {
  proofThumbprint: instanceKey.thumbprint,
  clientId: CLIENT,
  audience: RESOURCE,
}

/** A verifier that trusts one issuer, and a clock to be set. */
export function setUp(line: Partial<TrustEntry> = {}, options: Partial<AttestationVerifierOptions> = {}) {
  const time = { now: NOW }
  const verifier = options.verifier ?? createFastVerifier()
  const trust = createTrustList(verifier, [{ ...LINE, ...line }])
  const attestations = createAttestationVerifier({ verifier, clock: () => time.now, trust, ...options })
  return { attestations, time }
}

/** The order of P-256's group. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** The same JWS with the other signature that ES256 has for it, (r, n − s). */
export function makeTwin(text: string): string {
  const end = text.lastIndexOf('.')
  const signature = Buffer.from(text.slice(end + 1), 'base64url')
  const s = ORDER - BigInt(`0x${signature.subarray(32).toString('hex')}`)
  signature.write(s.toString(16).padStart(64, '0'), 32, 'hex')
  return `${text.slice(0, end)}.${signature.toString('base64url')}`
}

/** `code reason` of a refusal, or `accepted`. */
export function outcomeOf(result: Result<unknown>): string {
  return result.ok ? 'accepted' : [result.rejection.code, result.rejection.reason].filter(Boolean).join(' ')
}

/** What an intact attestation yields. */
export function unwrap(result: Result<VerifiedAttestation>): VerifiedAttestation {
  if (!result.ok) throw new Error(outcomeOf(result))
  return result.value
}
