/** Attestations of the legacy carriage, and a verifier that takes them of one issuer; all on one clock. */
import { createFastVerifier } from '@countersign/core/node'
import { CompactSign } from 'jose'
import {
  createLegacyAttestationVerifier,
  type LegacyAttestationVerifierOptions,
} from '../legacy/verify-legacy-attestation.ts'
import { createTrustList, type TrustEntry } from '../trust/trust-list.ts'
import { type Members, makeKey, NOW, RESOURCE } from './attestation.test-fixture.ts'
import { makeLedger } from './ledger.test-fixture.ts'

export const LEGACY_ISSUER = 'https://api.anthropic.com'
const legacyKey = await makeKey('Ed25519')

export const LEGACY_HEADER = { alg: 'EdDSA', typ: 'JWT', kid: 'anthropic-2025-01' }
export const LEGACY_CLAIMS = {
  iss: LEGACY_ISSUER,
  sub: 'spiffe://anthropic.com/model/claude-sonnet-4-20250514',
  aud: RESOURCE,
  iat: NOW,
  exp: NOW + 300,
  nbf: NOW,
  jti: '550e8400-e29b-41d4-a716-446655440000',
  agent_identity: {
    model_family: 'claude-4',
    model_version: 'claude-sonnet-4-20250514',
    provider: 'anthropic',
    deployment_id: 'api-prod-us-east-1',
  },
  attestation_metadata: {
    attestation_version: '0.1.0',
    attestation_type: 'provider',
    safety_level: 'standard',
    capabilities_declared: ['tools', 'resources'],
  },
}

export const LEGACY_LINE_KEY = { ...legacyKey.jwk, kid: 'anthropic-2025-01' }
export const LEGACY_LINE: TrustEntry = {
  issuer: LEGACY_ISSUER,
  keys: { keys: [LEGACY_LINE_KEY] },
  level: 'provider',
  providers: ['anthropic'],
  trustDomain: 'anthropic.com',
  legacy: true,
}

const utf8 = new TextEncoder()

/** Any claims under any header; a member that is `undefined` is left out. */
export function forgeLegacy(claims: Members = {}, header: Members = {}, key = legacyKey): Promise<string> {
  const payload = utf8.encode(JSON.stringify({ ...LEGACY_CLAIMS, ...claims }))
  const { alg, ...rest } = { ...LEGACY_HEADER, ...header }
  return new CompactSign(payload).setProtectedHeader({ alg, ...rest }).sign(key.privateKey)
}

/** A verifier, its clock, and what its ledger was asked. */
export function setUpLegacy(
  lines: readonly TrustEntry[] = [LEGACY_LINE],
  options: Partial<LegacyAttestationVerifierOptions> = {},
) {
  const time = { now: NOW }
  const clock = () => time.now
  const verifier = options.verifier ?? createFastVerifier()
  const { ledger, asked, loseMemory } = makeLedger(clock)
  const trust = createTrustList(verifier, lines)
  const attestations = createLegacyAttestationVerifier({ verifier, clock, trust, ledger, ...options })
  return { attestations, time, asked, loseMemory }
}
