import { createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SignatureAlgorithm } from '../jose/algorithms.ts'
import { decodeBase64url, encodeBase64url } from '../jose/base64url.ts'
import type { PublicJwk } from '../jose/jwk.ts'
import { createFastVerifier } from '../node/fast-verifier.ts'
import type { Verifier, VerifyKey } from '../ports/verifier.ts'
import { createPortableVerifier } from './portable-verifier.ts'

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n
const INPUT = 'eyJhbGciOiJFUzI1NiJ9.e30'

const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  Ed25519: generateKeyPairSync('ed25519'),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
}

function jwkOf(key: KeyObject): PublicJwk {
  return key.export({ format: 'jwk' }) as PublicJwk
}

const jwks = {
  ES256: jwkOf(pairs.ES256.publicKey),
  Ed25519: jwkOf(pairs.Ed25519.publicKey),
  EdDSA: jwkOf(pairs.Ed25519.publicKey),
  RS256: jwkOf(pairs.RS256.publicKey),
} as const satisfies Record<SignatureAlgorithm, PublicJwk>

function signWith(algorithm: SignatureAlgorithm, input = INPUT): Uint8Array {
  const data = Buffer.from(input)
  switch (algorithm) {
    case 'ES256':
      return sign('sha256', data, { key: pairs.ES256.privateKey, dsaEncoding: 'ieee-p1363' })
    case 'Ed25519':
    case 'EdDSA':
      return sign(null, data, pairs.Ed25519.privateKey)
    case 'RS256':
      return createSign('sha256').update(data).sign(pairs.RS256.privateKey)
  }
}

function toBytes(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'))
}

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

const algorithms = ['ES256', 'Ed25519', 'EdDSA', 'RS256'] as const

describe.each([
  ['fast', createFastVerifier()],
  ['portable', createPortableVerifier()],
] as const)('the %s verifier', (_, verifier: Verifier) => {
  async function importKey(algorithm: SignatureAlgorithm): Promise<VerifyKey> {
    const key = await verifier.importKey(jwks[algorithm], algorithm)
    if (!key.ok) throw new Error('the key must be importable')
    return key.value
  }

  async function isImportable(jwk: object, algorithm: SignatureAlgorithm): Promise<boolean> {
    const key = await verifier.importKey(jwk as PublicJwk, algorithm)
    if (!key.ok) expect(key.rejection).toEqual({ code: 'invalid_token', reason: 'invalid_key' })
    return key.ok
  }

  it.each(algorithms)('accepts an %s signature over its input, and no other', async (algorithm) => {
    const key = await importKey(algorithm)
    const signature = signWith(algorithm)
    expect(await verifier.verify(key, INPUT, signature)).toBe(true)
    expect(await verifier.verify(key, `${INPUT}A`, signature)).toBe(false)
    expect(await verifier.verify(key, '', signature)).toBe(false)
  })

  it.each(algorithms)('refuses an %s signature with any bit changed', async (algorithm) => {
    const key = await importKey(algorithm)
    const signature = signWith(algorithm)
    const bits = fc.nat(signature.length * 8 - 1)
    await fc.assert(
      fc.asyncProperty(bits, async (bit) => {
        const changed = Uint8Array.from(signature)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(await verifier.verify(key, INPUT, changed)).toBe(false)
      }),
    )
  })

  it.each(algorithms)('refuses whatever else is given for an %s signature, and does not throw', async (algorithm) => {
    const key = await importKey(algorithm)
    const text = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.uint8Array({ minLength: 64, maxLength: 64 }))
    await fc.assert(
      fc.asyncProperty(text, async (bytes) => {
        expect(await verifier.verify(key, INPUT, bytes)).toBe(false)
      }),
    )
    expect(await verifier.verify(key, INPUT, join(signWith(algorithm), Uint8Array.of(0)))).toBe(false)
    expect(await verifier.verify(key, INPUT, signWith(algorithm).subarray(1))).toBe(false)
  })

  it('takes ES256 signatures in the JOSE form only (RFC 7518 §3.4)', async () => {
    const der = sign('sha256', Buffer.from(INPUT), { key: pairs.ES256.privateKey, dsaEncoding: 'der' })
    expect(await verifier.verify(await importKey('ES256'), INPUT, der)).toBe(false)
  })

  it('refuses r and s outside 1 … n − 1 (FIPS 186-5 §6.4.2)', async () => {
    const key = await importKey('ES256')
    const r = signWith('ES256').subarray(0, 32)
    const s = signWith('ES256').subarray(32)
    const outside = [0n, P256_ORDER, P256_ORDER + 1n, 2n ** 256n - 1n].map(toBytes)
    for (const value of outside) {
      expect(await verifier.verify(key, INPUT, join(value, s))).toBe(false)
      expect(await verifier.verify(key, INPUT, join(r, value))).toBe(false)
      expect(await verifier.verify(key, INPUT, join(value, value))).toBe(false)
    }
  })

  // JWS has no low-s rule, so honest signers send either. The twin is the same credential in other bytes: it is not a
  // second one, as what is spent is the id in the payload, and nothing is keyed on the bytes of a signature.
  it('accepts the twin (r, n − s) of an ES256 signature', async () => {
    const signature = signWith('ES256')
    const twin = join(signature.subarray(0, 32), toBytes(P256_ORDER - toNumber(signature.subarray(32))))
    expect(await verifier.verify(await importKey('ES256'), INPUT, twin)).toBe(true)
  })

  it('refuses the twin S + L of an Ed25519 signature (RFC 8032 §5.1.7)', async () => {
    const signature = signWith('Ed25519')
    const s = toNumber(Uint8Array.from(signature.subarray(32)).reverse())
    const twin = join(signature.subarray(0, 32), toBytes(s + ED25519_ORDER).reverse())
    expect(await verifier.verify(await importKey('Ed25519'), INPUT, twin)).toBe(false)
  })

  it('refuses a P-256 point that is not on the curve (SEC 1 §3.2.2)', async () => {
    const { x } = jwks.ES256 as { x: string }
    const one = encodeBase64url(toBytes(1n))
    expect(await isImportable({ kty: 'EC', crv: 'P-256', x, y: one }, 'ES256')).toBe(false)
    const zero = encodeBase64url(new Uint8Array(32))
    expect(await isImportable({ kty: 'EC', crv: 'P-256', x: zero, y: zero }, 'ES256')).toBe(false)
  })

  it('refuses P-256 coordinates that are not below the prime', async () => {
    const above = encodeBase64url(new Uint8Array(32).fill(0xff))
    expect(await isImportable({ ...jwks.ES256, x: above }, 'ES256')).toBe(false)
  })

  it('refuses an Ed25519 key of small order', async () => {
    const x = encodeBase64url(Uint8Array.of(1, ...new Uint8Array(31)))
    expect(await isImportable({ kty: 'OKP', crv: 'Ed25519', x }, 'Ed25519')).toBe(false)
  })

  it('refuses to use a key with an algorithm of another type', async () => {
    for (const algorithm of algorithms) {
      for (const other of algorithms) {
        const fits = jwks[algorithm].kty === jwks[other].kty
        expect(await isImportable(jwks[algorithm], other)).toBe(fits)
      }
    }
  })

  it('refuses private keys, and RSA keys below 2048 bits', async () => {
    expect(await isImportable(pairs.ES256.privateKey.export({ format: 'jwk' }), 'ES256')).toBe(false)
    expect(await isImportable(pairs.RS256.privateKey.export({ format: 'jwk' }), 'RS256')).toBe(false)
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    expect(await isImportable(jwkOf(publicKey), 'RS256')).toBe(false)
  })

  it('refuses PS256 signatures under RS256', async () => {
    const padding = { key: pairs.RS256.privateKey, padding: 6, saltLength: 32 }
    const signature = sign('sha256', Buffer.from(INPUT), padding)
    expect(await verifier.verify(await importKey('RS256'), INPUT, signature)).toBe(false)
  })

  it('hashes text as UTF-8 and octets as they are', async () => {
    const abc = 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0'
    expect(await verifier.digest('abc')).toBe(abc)
    expect(await verifier.digest(Uint8Array.of(97, 98, 99))).toBe(abc)
    expect(await verifier.digest('é')).toBe(await verifier.digest(Uint8Array.of(0xc3, 0xa9)))
    expect(decodeBase64url(await verifier.digest(''))).toHaveLength(32)
  })

  it('does not take a key that another verifier imported', async () => {
    const key: VerifyKey = { algorithm: 'ES256', thumbprint: 'a' }
    const attempt = async (): Promise<boolean> => verifier.verify(key, INPUT, signWith('ES256'))
    await expect(attempt()).rejects.toThrow(/another verifier/)
  })

  it('does not mistake a text for another with the same low octets', async () => {
    expect(await verifier.verify(await importKey('ES256'), INPUT.replace('e', '\u0165'), signWith('ES256'))).toBe(false)
  })
})

describe('both verifiers', () => {
  it('name a key alike', async () => {
    for (const algorithm of algorithms) {
      const fast = await createFastVerifier().importKey(jwks[algorithm], algorithm)
      const portable = await createPortableVerifier().importKey(jwks[algorithm], algorithm)
      expect(fast.ok && fast.value.thumbprint).toBe(portable.ok && portable.value.thumbprint)
    }
  })
})
