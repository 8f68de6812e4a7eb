/** What the RFCs print, read and verified as they say; each vector file names its source. */
import {
  createPortableVerifier,
  decodeBase64url,
  type PublicJwk,
  parsePublicJwk,
  readCompactJws,
  type SignatureAlgorithm,
  thumbprintInput,
  type Verifier,
  type VerifyKey,
} from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createNonceRing, createProofVerifier } from '@countersign/dpop'
import { describe, expect, it } from 'vitest'
import { verifies } from '../requirements/verifies.ts'
import proofVectors from './rfc9449-proofs.json' with { type: 'json' }
import signatureVectors from './signatures.json' with { type: 'json' }
import thumbprintVectors from './thumbprints.json' with { type: 'json' }

async function importKey(verifier: Verifier, jwk: unknown, algorithm: string): Promise<VerifyKey> {
  const key = await verifier.importKey(jwk as PublicJwk, algorithm as SignatureAlgorithm)
  if (!key.ok) throw new Error('a published key must be importable')
  return key.value
}

describe('the vector files', () => {
  it('say where they are from', () => {
    for (const { source } of [proofVectors, signatureVectors, thumbprintVectors]) expect(source).toMatch(/rfc|RFC/)
    for (const { source } of [...signatureVectors.signatures, ...thumbprintVectors.thumbprints]) {
      expect(source).toMatch(/^https:\/\/www\.rfc-editor\.org\/rfc\/rfc\d+\.html#/)
    }
  })
})

describe.each([
  ['fast', createFastVerifier()],
  ['portable', createPortableVerifier()],
] as const)('with the %s verifier', (_, verifier: Verifier) => {
  describe('published signatures', () => {
    it.each(signatureVectors.signatures)('verify: $algorithm of $source', async ({ jwk, algorithm, jws }) => {
      const key = await importKey(verifier, jwk, algorithm)
      const signingInput = jws.slice(0, jws.lastIndexOf('.'))
      const signature = decodeBase64url(jws.slice(jws.lastIndexOf('.') + 1)) ?? new Uint8Array()
      expect(await verifier.verify(key, signingInput, signature)).toBe(true)
      expect(await verifier.verify(key, signingInput.slice(1), signature)).toBe(false)
      signature[10] = (signature[10] ?? 0) ^ 1
      expect(await verifier.verify(key, signingInput, signature)).toBe(false)
    })

    it.each(signatureVectors.signatures)(
      'verify under no other published key: $algorithm of $source',
      async (vector) => {
        const signature = decodeBase64url(vector.jws.slice(vector.jws.lastIndexOf('.') + 1)) ?? new Uint8Array()
        for (const { jwk, algorithm } of [...signatureVectors.signatures, ...thumbprintVectors.thumbprints]) {
          const isOwn = JSON.stringify(jwk) === JSON.stringify(vector.jwk)
          const key = await importKey(verifier, jwk, algorithm)
          const signingInput = vector.jws.slice(0, vector.jws.lastIndexOf('.'))
          expect(await verifier.verify(key, signingInput, signature)).toBe(isOwn)
        }
      },
    )
  })

  describe('published thumbprints', () => {
    it.each(thumbprintVectors.thumbprints)('are ours: $source', async ({ jwk, algorithm, thumbprint }) => {
      expect((await importKey(verifier, jwk, algorithm)).thumbprint).toBe(thumbprint)
      const parsed = parsePublicJwk(jwk)
      if (!parsed.ok) throw new Error(parsed.reason)
      expect(await verifier.digest(thumbprintInput(parsed.value))).toBe(thumbprint)
    })
  })

  describe('the example proofs of RFC 9449', () => {
    const { proofs, thumbprint, accessToken, ath } = proofVectors

    function setUp(now: number) {
      const clock = (): number => now
      return createProofVerifier({ verifier, clock, nonces: createNonceRing({ clock }) })
    }

    it('hash the access token as §7.1 prints it', async () => {
      expect(await verifier.digest(accessToken)).toBe(ath)
    })

    it.each(proofs)(
      `${verifies('RFC9449-4.3-6')} are accepted for their own request: §$section $title`,
      async (vector) => {
        const expected = {
          method: vector.method,
          endpoint: vector.uri,
          jkt: thumbprint,
          ...(vector.accessToken === undefined ? {} : { ath: await verifier.digest(vector.accessToken) }),
        }
        expect(await setUp(vector.now).verify(vector.proof, expected)).toEqual({
          ok: true,
          value: {
            jkt: thumbprint,
            jti: vector.jti,
            newestNonce: false,
            retainUntil: vector.now + 70,
            issued: vector.now - 15,
            place: 'store',
            skew: 0,
          },
        })
      },
    )

    it.each(proofs)(
      `${verifies('RFC9449-4.3-8', 'RFC9449-4.3-9', 'RFC9449-4.3-11', 'RFC9449-4.3-12', 'RFC9449-4.3-13')} are refused for any other: §$section $title`,
      async ({ proof, method, uri, now }) => {
        const expected = { method, endpoint: uri }
        const codeOf = async (changes: object, at = now): Promise<string> => {
          const result = await setUp(at).verify(proof, { ...expected, ...changes })
          return result.ok ? 'accepted' : `${result.rejection.code} ${result.rejection.reason ?? ''}`.trim()
        }
        expect(await codeOf({ method: 'DELETE' })).toBe('invalid_dpop_proof htm')
        expect(await codeOf({ endpoint: `${uri}/other` })).toBe('invalid_dpop_proof htu')
        expect(await codeOf({ ath: await verifier.digest('another token') })).toBe('invalid_dpop_proof ath')
        expect(await codeOf({ jkt: 'A'.repeat(43) })).toBe('dpop_jkt_mismatch')
        expect(await codeOf({}, now + 61)).toBe('use_dpop_nonce iat')
        expect(await codeOf({}, now - 11)).toBe('use_dpop_nonce iat')
      },
    )
  })
})

describe('published JWS with a JSON payload', () => {
  it.each(signatureVectors.signatures.filter(({ payload }) => payload !== undefined))('are read: $source', (vector) => {
    const read = readCompactJws(vector.jws)
    expect(read.ok && read.value.header).toEqual({ alg: vector.algorithm })
    expect(read.ok && read.value.payload).toEqual(vector.payload)
  })

  it('are no JSON objects where the payload is text (RFC 8037 appendix A.4)', () => {
    const vector = signatureVectors.signatures.find(({ payload }) => payload === undefined)
    expect(readCompactJws(vector?.jws ?? '')).toEqual({ ok: false, reason: 'json_syntax' })
  })
})
