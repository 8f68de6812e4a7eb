import { encodeBase64url } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeProof } from './make-proof.ts'
import { createNonceRing } from './nonce-ring.ts'
import { generateProofKey } from './proof-key.ts'
import { createProofVerifier } from './verify-proof.ts'

const NOW = 1_800_000_000
const clock = (): number => NOW
const verifier = createFastVerifier()
const nonces = createNonceRing({ clock })
const expected = { method: 'POST', endpoint: 'https://notes.example/mcp', ath: String(verifier.digest('token')) }
const request = {
  method: 'POST',
  url: expected.endpoint,
  accessToken: 'token',
  nonce: await nonces.current(),
  content: Uint8Array.of(1),
  issuedAt: NOW,
}
const proofs = {
  ES256: await makeProof(await generateProofKey('ES256'), request),
  Ed25519: await makeProof(await generateProofKey('Ed25519'), request),
}
// One verifier for all, so that headers come out of its cache, too.
const { verify } = createProofVerifier({ verifier, clock, nonces })

describe.each(Object.entries(proofs))('a proof signed with %s', (_, proof) => {
  it('is accepted as it is', async () => {
    expect((await verify(proof, expected)).ok).toBe(true)
  })

  it('is refused with any one bit of its text changed', async () => {
    for (let index = 0; index < proof.length; index++) {
      for (let bit = 0; bit < 8; bit++) {
        const character = String.fromCharCode(proof.charCodeAt(index) ^ (1 << bit))
        const changed = `${proof.slice(0, index)}${character}${proof.slice(index + 1)}`
        const result = await verify(changed, expected)
        if (result.ok) throw new Error(`accepted with bit ${bit} of character ${index} changed`)
      }
    }
  })

  it('is refused with anything put in, taken out or put in place of something', async () => {
    const place = fc.nat(proof.length)
    const piece = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('=', '.', ' ', '\n', 'A', '-', '\u0141'))
    await fc.assert(
      fc.asyncProperty(place, fc.nat(4), piece, async (at, length, text) => {
        const changed = proof.slice(0, at) + text + proof.slice(at + length)
        fc.pre(changed !== proof)
        expect((await verify(changed, expected)).ok).toBe(false)
      }),
      { numRuns: 1000 },
    )
  })

  it('lends its segments to no other proof', async () => {
    const others = [proofs.ES256, proofs.Ed25519].flatMap((other) => other.split('.'))
    const segment = fc.constantFrom(...others, '', 'e30')
    await fc.assert(
      fc.asyncProperty(segment, segment, segment, async (...segments) => {
        const text = segments.join('.')
        fc.pre(!Object.values(proofs).includes(text))
        expect((await verify(text, expected)).ok).toBe(false)
      }),
    )
  })
})

describe('whatever comes in the DPoP header', () => {
  it('is refused with a code, never thrown at', async () => {
    const encodeJson = (value: unknown): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)))
    const member = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('dpop+jwt', 'ES256', 'EdDSA', 'POST', expected.endpoint, expected.ath, NOW, request.nonce),
    )
    const header = fc.record({
      typ: member,
      alg: member,
      jwk: fc.oneof(
        member,
        fc.record({
          kty: fc.constantFrom('EC', 'OKP'),
          crv: fc.constantFrom('P-256', 'Ed25519'),
          x: member,
          y: member,
        }),
      ),
    })
    const payload = fc.record({
      jti: member,
      htm: member,
      htu: member,
      iat: member,
      ath: member,
      nonce: member,
      content_digest: member,
    })
    const segment = (value: fc.Arbitrary<unknown>): fc.Arbitrary<string> => fc.oneof(value.map(encodeJson), fc.string())
    const text = fc.oneof(
      fc.string(),
      fc
        .tuple(
          segment(header),
          segment(payload),
          fc.oneof(fc.uint8Array({ maxLength: 70 }).map(encodeBase64url), fc.string()),
        )
        .map((segments) => segments.join('.')),
    )
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const result = await verify(value, expected)
        expect(result.ok ? 'accepted' : result.rejection.code).toMatch(/^(invalid_dpop_proof|use_dpop_nonce)$/)
      }),
      { numRuns: 1000 },
    )
  })
})
