/** The vectors of `docs/attestation.md`, judged by what is here, and the good ones by a library that is not ours. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAttestationIssuer } from '@countersign/attestation/issue'
import { loadTrust } from '@countersign/attestation/node'
import { createSpiffeKeyRing, verifyJwtSvid } from '@countersign/attestation/spiffe'
import { createTrust, verifyKeyBundle } from '@countersign/attestation/trust'
import { createAttestationVerifier, readAgentClaim } from '@countersign/attestation/verify'
import {
  createPortableVerifier,
  type JsonValue,
  type Ledger,
  type PublicJwk,
  parsePublicJwk,
  type Result,
  type Verifier,
} from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import {
  calculateJwkThumbprint,
  compactVerify,
  createLocalJWKSet,
  decodeProtectedHeader,
  importJWK,
  type JWK,
} from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import { verifies } from '../requirements/verifies.ts'
import agentClaims from './attestation/agent-claims.json' with { type: 'json' }
import attestations from './attestation/attestations.json' with { type: 'json' }
import instanceProofs from './attestation/instance-proofs.json' with { type: 'json' }
import jwtSvids from './attestation/jwt-svids.json' with { type: 'json' }
import keyBundles from './attestation/key-bundles.json' with { type: 'json' }
import { makeVectorFiles } from './attestation/making/vector-files.ts'
import securityEvents from './attestation/security-events.json' with { type: 'json' }

const folder = mkdtempSync(join(tmpdir(), 'countersign-vectors-'))
const trustFile = join(folder, 'trust.json')
writeFileSync(trustFile, JSON.stringify(attestations.trust))
afterAll(() => rmSync(folder, { recursive: true }))

const everything = [attestations, agentClaims, instanceProofs, keyBundles, securityEvents, jwtSvids]
const all = <T, U>(file: { readonly accepted: readonly T[]; readonly refused: readonly U[] }) => [
  ...file.accepted,
  ...file.refused,
]

function readJwk(value: unknown): PublicJwk {
  const jwk = parsePublicJwk(value)
  if (!jwk.ok) throw new Error('a key of the vectors is a public key')
  return jwk.value
}

function say(result: Result<unknown> | { readonly ok: false; readonly rejection: object }): string {
  if (result.ok) return 'accepted'
  const { code = '', reason = '' } = { ...result.rejection }
  return `${code} ${reason}`.trim()
}

describe('the vector files of attestations', () => {
  it('say how they were made, and are as they are made', () => {
    const files = makeVectorFiles()
    expect(files).toHaveLength(everything.length)
    for (const { path, content } of files) {
      const written = JSON.parse(readFileSync(path, 'utf8'))
      expect(written.source).toMatch(/^Made by making\//)
      expect(written).toEqual(JSON.parse(JSON.stringify(content)))
    }
  })

  it('have titles of their own', () => {
    for (const file of everything) {
      const titles = [...file.accepted, ...file.refused].map(({ title }) => title)
      expect(new Set(titles).size).toBe(titles.length)
    }
  })
})

describe.each([
  ['fast', createFastVerifier()],
  ['portable', createPortableVerifier()],
] as const)('with the %s verifier', (_, verifier: Verifier) => {
  describe('attestations', () => {
    it.each(all(attestations))(
      `${verifies('ABCA-4-1', 'ABCA-4-2', 'ABCA-4-3', 'ABCA-4-4', 'ABCA-7.1-2', 'ABCA-7.1-3', 'ABCA-7.1-4', 'ABCA-7.1-5', 'ABCA-7.3-1')} are judged as they should be: $title`,
      async ({ attestation, outcome, ...vector }) => {
        const { clientId, proofThumbprint, audience } = attestations
        const { now, ...shown } = { now: attestations.now, ...vector }
        const trust = await loadTrust(trustFile, { verifier })
        const ledger = createOpenLedger()
        const attestationVerifier = createAttestationVerifier({ verifier, trust, ledger, clock: () => now })
        const result = await attestationVerifier.verify(attestation, { clientId, proofThumbprint, audience, ...shown })
        expect(result.ok ? result.value.binding : say(result)).toBe(outcome)
        trust.close()
      },
    )
  })

  describe('instance proofs', () => {
    it.each(all(instanceProofs))('are judged as they should be: $title', async ({ proof, outcome, ...vector }) => {
      const { clientId, challenge } = instanceProofs
      const { audiences } = { audiences: undefined, ...vector }
      const issuer = createAttestationIssuer({
        issuer: instanceProofs.issuer,
        signer: () => ({ algorithm: 'Ed25519', keyId: 'k1', publicJwk: readJwk(keyBundles.root), sign: signNothing }),
        registrations: { find: () => ({ ...registration, clientId, ...(audiences !== undefined && { audiences }) }) },
        challenges: {
          make: async () => challenge,
          redeem: async (given) => (given === challenge ? 'redeemed' : 'unknown'),
        },
        verifier,
        clock: () => attestations.now,
      })
      const issued = await issuer.issue(clientId, proof)
      expect(issued.ok ? await attestedKeyOf(issued.value.attestation) : say(issued)).toBe(outcome)
    })
  })

  describe('signed key bundles', () => {
    it.each(all(keyBundles))(
      `${verifies('RFC7517-4.5-1')} are judged as they should be: $title`,
      async ({ bundle, outcome, ...vector }) => {
        const { now, issuer, root } = keyBundles
        const { mark } = { mark: undefined, ...vector }
        const expected = { issuer, root: readJwk(root), ...(mark !== undefined && { mark }) }
        const result = await verifyKeyBundle(bundle, expected, { verifier, clock: () => now })
        expect(result.ok ? result.value.keys.map(({ keyId }) => keyId).join(' ') : say(result)).toBe(outcome)
      },
    )
  })

  describe('security events', () => {
    it.each(all(securityEvents))(
      `${verifies('RFC8417-2.2-1', 'RFC8417-2.3-1', 'RFC8935-2.4-1')} are judged as they should be: $title`,
      async ({ event, outcome }) => {
        const { now, issuer, audience, root, bundle } = securityEvents
        const url = 'https://attest.example/keys.jwt'
        const keys = { bundle: { url, root: readJwk(root) } }
        const line = { issuer, keys, level: 'provider', providers: ['example'] } as const
        const trust = createTrust([line], { verifier, clock: () => now, fetch: async () => new Response(bundle) })
        const result = await trust.receive(event, audience)
        expect(result.ok ? result.value.keyThumbprint : `${result.code} ${result.reason}`).toBe(outcome)
        trust.close()
      },
    )
  })

  describe('JWT-SVIDs', () => {
    it.each(all(jwtSvids))(
      `${verifies('SPIFFE-SVID-2.1-1', 'SPIFFE-SVID-2.3-1', 'SPIFFE-SVID-3.1-1', 'SPIFFE-SVID-3.2-1', 'SPIFFE-SVID-3.3-1')} are judged as they should be: $title`,
      async ({ svid, outcome }) => {
        const { now, trustDomain, audience, bundle } = jwtSvids
        const clock = () => now
        const url = 'https://example.org/bundle'
        const fetchBundle = async () => Response.json(bundle)
        const keys = createSpiffeKeyRing({ trustDomain, url, verifier, clock, fetch: fetchBundle })
        const result = await verifyJwtSvid(svid, { trustDomain, keys, audience, verifier, clock })
        expect(result.ok ? result.value.spiffeId : result.reason).toBe(outcome)
        keys.close()
      },
    )
  })
})

describe('agent claims', () => {
  it.each(all(agentClaims))('are read as they should be: $title', ({ agent, outcome }) => {
    const read = readAgentClaim(toJson(agent), agentClaims.now)
    expect(read.ok ? read.value.binding : read.reason).toBe(outcome)
  })
})

describe('with a library that is not ours, what is accepted', () => {
  const [first] = attestations.trust.issuers
  const issuerKeys = (first?.keys ?? []) as JWK[]

  it.each(attestations.accepted)('is signed by its issuer: attestation, $title', async ({ attestation }) => {
    // The older name is not known to it for this kind of key alone.
    const { kid } = decodeProtectedHeader(attestation)
    const key = issuerKeys.find((each) => each.kid === kid)
    await expect(compactVerify(attestation, await importJWK(key ?? {}, algOf(attestation)))).resolves.toBeDefined()
  })

  it.each(instanceProofs.accepted)('is signed by the key that it names: proof, $title', async ({ proof, outcome }) => {
    const { jwk = { kty: '' } } = decodeProtectedHeader(proof)
    await expect(compactVerify(proof, await importJWK(jwk, algOf(proof)))).resolves.toBeDefined()
    expect(await calculateJwkThumbprint(jwk)).toBe(outcome)
  })

  it.each(keyBundles.accepted)('is signed by the root: bundle, $title', async ({ bundle }) => {
    await expect(compactVerify(bundle, await importJWK(keyBundles.root, 'Ed25519'))).resolves.toBeDefined()
  })

  it.each(securityEvents.accepted)('is signed by root or issuer: event, $title', async ({ event }) => {
    const { kid } = decodeProtectedHeader(event)
    const key = kid === 'root' ? securityEvents.root : issuerKeys.find((each) => each.kid === kid)
    await expect(compactVerify(event, await importJWK(key ?? {}, 'Ed25519'))).resolves.toBeDefined()
  })

  it.each(jwtSvids.accepted)('is signed by a key of the trust domain: SVID, $title', async ({ svid }) => {
    // It has never heard of this use of keys.
    const keys = jwtSvids.bundle.keys.map(({ use: _, ...key }) => key)
    await expect(compactVerify(svid, createLocalJWKSet({ keys }))).resolves.toBeDefined()
  })
})

const registration = {
  identity: { model_family: 'm', model_version: '4.5', provider: 'example', deployment_id: 'prod-7' },
  metadata: {
    attestation_version: '1.0',
    attestation_type: 'provider',
    safety_level: 'standard',
    capabilities_declared: [],
  },
} as const

const signNothing = async (): Promise<Uint8Array> => new Uint8Array(64)

async function attestedKeyOf(attestation: string): Promise<string> {
  const [, payload = ''] = attestation.split('.')
  const { cnf } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { cnf: { jwk: JWK } }
  return calculateJwkThumbprint(cnf.jwk)
}

/** One that nothing was ever spent in. */
function createOpenLedger(): Ledger {
  return { lifetime: 'durable', spend: async () => ({ spent: true }) }
}

function algOf(text: string): string {
  return String(decodeProtectedHeader(text).alg)
}

function toJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue
}
