import { createFastVerifier } from '@countersign/core/node'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLocalSigner, generateSigningJwk } from '../issue/signer.ts'
import { makeCompactJws } from '../jws/make-compact-jws.ts'
import { EXPECTED, forge, issuerKey, NOW, outcomeOf, setUp } from '../testing/attestation.test-fixture.ts'
import { type KeyBundle, writeBundle } from './bundle-claims.ts'
import { type BundleKeyRingOptions, createBundleKeyRing } from './bundle-key-ring.ts'
import { signKeyBundle } from './sign-bundle.ts'
import type { BundleResult } from './verify-bundle.ts'

const ISSUER = 'https://attest.example'
const verifier = createFastVerifier()
const root = await createLocalSigner(await generateSigningJwk(), 'root')
const strangersRoot = await createLocalSigner(await generateSigningJwk(), 'root')
const [k1, k2] = await Promise.all([
  createLocalSigner(await generateSigningJwk()),
  createLocalSigner(await generateSigningJwk('ES256')),
])

const entry = (signer: typeof k1, keyId: string, expires = NOW + 86_400) => ({ keyId, jwk: signer.publicJwk, expires })
const revoked = { keyId: 'k1', thumbprint: k1.keyId, reason: 'key_compromise', revokedAt: NOW } as const
const BUNDLE: KeyBundle = {
  issuer: ISSUER,
  sequence: 7,
  issuedAt: NOW,
  expires: NOW + 3600,
  keys: [entry(k1, 'k1'), entry(k2, 'k2')],
  revoked: [],
}

function makeRing(options: Partial<BundleKeyRingOptions> = {}) {
  const time = { now: NOW }
  const ring = createBundleKeyRing({
    verifier,
    clock: () => time.now,
    issuer: ISSUER,
    root: root.publicJwk,
    ...options,
  })
  const install = async (changes: Partial<KeyBundle> = {}): Promise<string> =>
    say(await ring.install(await signKeyBundle(root, { ...BUNDLE, ...changes })))
  const find = async (kid: string | undefined, algorithm: 'Ed25519' | 'EdDSA' | 'ES256' = 'Ed25519') => {
    const key = await ring.find(kid, algorithm)
    return key.ok ? key.value.thumbprint : [key.rejection.code, key.rejection.reason].join(' ')
  }
  return { ring, time, install, find }
}

const say = (result: BundleResult): string =>
  result.ok ? 'installed' : [result.rejection.code, result.rejection.reason].filter(Boolean).join(' ')

describe('a signed key bundle', () => {
  it('gives its keys to a ring', async () => {
    const { install, find } = makeRing()
    expect(await find('k1')).toBe('keys_unavailable no_bundle')
    expect(await install()).toBe('installed')
    expect(await find('k1')).toBe(k1.keyId)
    expect(await find('k1', 'EdDSA')).toBe(k1.keyId)
    expect(await find('k2', 'ES256')).toBe(k2.keyId)
    expect(await find('k2')).toBe('invalid_token key_algorithm')
    expect(await find('k3')).toBe('invalid_token unknown_key')
    expect(await find(undefined)).toBe('invalid_token unknown_key')
  })

  it('is the pinned root’s, for this issuer, of now, and no other kind of token', async () => {
    const { ring, install } = makeRing()
    expect(say(await ring.install(await signKeyBundle(strangersRoot, BUNDLE)))).toBe('bundle_invalid signature')
    expect(await install({ issuer: 'https://other.example' })).toBe('bundle_invalid iss')
    expect(await install({ issuedAt: NOW + 31 })).toBe('bundle_invalid not_yet')
    expect(await install({ issuedAt: NOW - 7200, expires: NOW })).toBe('bundle_expired')
    const write = (header: object) => makeCompactJws(header, writeBundle(BUNDLE), (input) => root.sign(input))
    expect(say(await ring.install(await write({ typ: 'JWT', alg: 'Ed25519' })))).toBe('bundle_invalid typ')
    expect(say(await ring.install(await write({ typ: 'jwk-set+jwt', alg: 'ES256' })))).toBe('bundle_invalid alg')
    const own = { typ: 'jwk-set+jwt', alg: 'Ed25519', jwk: root.publicJwk }
    expect(say(await ring.install(await write(own)))).toBe('bundle_invalid embedded_key')
  })

  it('that is older than one that was seen is refused (A11), and the ring stays as it was', async () => {
    const { install, find } = makeRing()
    expect(await install({ sequence: 8, keys: [entry(k2, 'k2')], revoked: [revoked] })).toBe('installed')
    expect(await install()).toBe('bundle_rollback seq')
    expect(await find('k1')).toBe('invalid_token key_revoked')
    expect(await find('k2', 'ES256')).toBe(k2.keyId)
  })

  it('may come again, but not as another of the same number', async () => {
    const { install } = makeRing()
    expect(await install()).toBe('installed')
    expect(await install()).toBe('installed')
    expect(await install({ keys: [] })).toBe('bundle_rollback fork')
  })

  it('is refused as a rollback also after a restart', async () => {
    const before = makeRing()
    await before.install({ sequence: 9, keys: [entry(k2, 'k2')], revoked: [revoked] })
    const { mark } = before.ring
    if (mark === undefined) throw new Error('there must be a mark')
    const after = makeRing({ mark: JSON.parse(JSON.stringify(mark)) })
    expect(await after.install()).toBe('bundle_rollback seq')
    expect(await after.install({ sequence: 10 })).toBe('bundle_invalid revoked_key')
    expect(await after.install({ sequence: 10, keys: [entry(k2, 'k2')] })).toBe('installed')
  })

  it('never brings a revoked key back, under whatever name, nor the root as a key', async () => {
    const { install } = makeRing()
    await install({ keys: [], revoked: [revoked] })
    expect(await install({ sequence: 8, keys: [entry(k1, 'new-name')] })).toBe('bundle_invalid revoked_key')
    expect(await install({ sequence: 8, keys: [entry(root, 'root')] })).toBe('bundle_invalid root_key')
  })

  it('loses its keys one by one as they expire, and all of them when it does', async () => {
    const { install, find, time } = makeRing()
    await install({ keys: [entry(k1, 'k1', NOW + 60), entry(k2, 'k2')] })
    time.now = NOW + 60
    expect(await find('k1')).toBe('invalid_token key_expired')
    expect(await find('k2', 'ES256')).toBe(k2.keyId)
    time.now = NOW + 3600
    expect(await find('k2', 'ES256')).toBe('keys_unavailable bundle_expired')
  })

  it('heals: after a poisoned set is replaced, no bad key lives on (A11)', async () => {
    const { install, find } = makeRing()
    await install({ keys: [entry(k1, 'k1'), entry(k2, 'poison')] })
    expect(await find('poison', 'ES256')).toBe(k2.keyId)
    await install({ sequence: 8, keys: [entry(k1, 'k1')] })
    expect(await find('poison', 'ES256')).toBe('invalid_token unknown_key')
  })

  it('loses an evicted key at once, and no later bundle or run brings it back', async () => {
    const { ring, install, find } = makeRing()
    await install()
    ring.evict(k1.keyId)
    expect(await find('k1')).toBe('invalid_token key_revoked')
    expect(await install({ sequence: 8 })).toBe('installed')
    expect(await find('k1')).toBe('invalid_token key_revoked')
    const { mark } = ring
    const next = makeRing(mark === undefined ? {} : { mark })
    expect(await next.install({ sequence: 9 })).toBe('installed')
    expect(await next.find('k1')).toBe('invalid_token key_revoked')
    expect(await next.find('k2', 'ES256')).toBe(k2.keyId)
  })

  it('is taken in one at a time: of two at once the newer stays', async () => {
    const { install, ring } = makeRing()
    await Promise.all([install({ sequence: 9 }), install({ sequence: 8 }), install({ sequence: 10 })])
    expect(ring.mark?.sequence).toBe(10)
  })

  it('is not read at all with a root that is no key to sign with: that is a mistake of ours', async () => {
    const text = await signKeyBundle(root, BUNDLE)
    for (const unfit of [
      { kty: 'RSA', n: 'AQ', e: 'AQAB' },
      { kty: 'OKP', crv: 'Ed25519', x: 'AA' },
    ] as const) {
      await expect(makeRing({ root: unfit }).ring.install(text)).rejects.toThrow(TypeError)
    }
  })

  it('that nobody would take is not signed', async () => {
    for (const changes of [
      { sequence: 0 },
      { sequence: 1.5 },
      { expires: NOW },
      { keys: [entry(k1, 'k1'), entry(k2, 'k1')] },
      { keys: [entry(k1, 'k1')], revoked: [revoked] },
    ]) {
      await expect(signKeyBundle(root, { ...BUNDLE, ...changes })).rejects.toThrow(TypeError)
    }
  })

  it('is refused with anything changed, and with any member replaced though the root signed it; never thrown at', async () => {
    const { ring } = makeRing()
    const text = await signKeyBundle(root, BUNDLE)
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.string({ maxLength: 3 }), async (at, put) => {
        const changed = text.slice(0, at) + put + text.slice(at + 1)
        fc.pre(changed !== text)
        expect((await ring.install(changed)).ok).toBe(false)
      }),
      { numRuns: 500 },
    )
    const members = ['iss', 'seq', 'iat', 'exp', 'keys', 'revoked']
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...members), fc.jsonValue(), async (member, value) => {
        const payload = { ...writeBundle(BUNDLE), [member]: value }
        const header = { typ: 'jwk-set+jwt', alg: 'Ed25519' }
        const result = await makeRing().ring.install(await makeCompactJws(header, payload, (input) => root.sign(input)))
        if (!result.ok) expect(result.rejection.code).toMatch(/^bundle_/)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a trust list with a bundle', () => {
  it('accepts what its keys signed, until the bundle takes them back', async () => {
    const { ring, install } = makeRing()
    const { attestations } = setUp({ keys: ring })
    const { x = '' } = issuerKey.jwk
    const key = { keyId: 'k1', jwk: { kty: 'OKP', crv: 'Ed25519', x }, expires: NOW + 86_400 } as const
    const text = await forge()
    expect(outcomeOf(await attestations.verify(text, EXPECTED))).toBe('keys_unavailable no_bundle')
    await install({ keys: [key] })
    expect(outcomeOf(await attestations.verify(text, EXPECTED))).toBe('accepted')
    await install({ sequence: 8, keys: [], revoked: [{ ...revoked, thumbprint: issuerKey.thumbprint }] })
    expect(outcomeOf(await attestations.verify(text, EXPECTED))).toBe('attestation_invalid key_revoked')
  })
})
