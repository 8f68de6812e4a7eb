import { encodeBase64url } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CLAIMS,
  EXPECTED,
  forge,
  HEADER,
  ISSUER,
  makeKey,
  RESOURCE,
  setUp,
} from '../testing/attestation.test-fixture.ts'

const es256 = await makeKey('ES256')
const texts = { Ed25519: await forge({ aud: RESOURCE }), ES256: await forge({ aud: RESOURCE }, {}, es256) }
const worlds = {
  Ed25519: setUp().attestations,
  ES256: setUp({ keys: { keys: [{ ...es256.jwk, kid: 'k1' }] } }).attestations,
}

describe.each(['Ed25519', 'ES256'] as const)('an attestation signed with %s', (algorithm) => {
  const text = texts[algorithm]
  // One verifier for all, so that what is accepted also comes out of its cache.
  const { verify } = worlds[algorithm]

  it('is accepted as it is', async () => {
    expect((await verify(text, EXPECTED)).ok).toBe(true)
  })

  it('is refused with any one bit of its text changed', async () => {
    for (let index = 0; index < text.length; index++) {
      for (const bit of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const character = String.fromCharCode(text.charCodeAt(index) ^ (1 << bit))
        const changed = `${text.slice(0, index)}${character}${text.slice(index + 1)}`
        const result = await verify(changed, EXPECTED)
        if (result.ok) throw new Error(`accepted with bit ${bit} of character ${index} changed`)
      }
    }
  })

  it('is refused with anything put in, taken out or put in place of something', async () => {
    const piece = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('=', '.', ' ', '\n', 'A', '-', '\u0141'))
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length), fc.nat(4), piece, async (at, length, put) => {
        const changed = text.slice(0, at) + put + text.slice(at + length)
        fc.pre(changed !== text)
        expect((await verify(changed, EXPECTED)).ok).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})

describe('whatever comes in the header', () => {
  it('is refused with a code, never thrown at', async () => {
    const encodeJson = (value: unknown): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)))
    const { verify } = worlds.Ed25519
    const text = fc.oneof(
      fc.string(),
      fc
        .tuple(
          fc.oneof(fc.jsonValue(), fc.constant(HEADER), fc.record({ ...constants(HEADER), typ: fc.jsonValue() })),
          fc.oneof(fc.jsonValue(), mutated(CLAIMS)),
          fc.uint8Array({ minLength: 64, maxLength: 64 }),
        )
        .map(
          ([header, payload, signature]) =>
            `${encodeJson(header)}.${encodeJson(payload)}.${encodeBase64url(signature)}`,
        ),
    )
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const result = await verify(value, EXPECTED)
        expect(result.ok ? 'accepted' : result.rejection.code).toMatch(/^attestation_(invalid|issuer_untrusted)$/)
      }),
      { numRuns: 1000 },
    )
  })

  it('with any claim replaced by anything, though signed by the issuer, gets a code of its own or is well-formed', async () => {
    const { verify } = worlds.Ed25519
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(CLAIMS), 'aud', 'assurance'),
        fc.jsonValue(),
        async (claim, value) => {
          const result = await verify(await forge({ [claim]: value }), EXPECTED)
          if (result.ok) expect(['agent_integrity', 'aud', 'jti', 'iat', 'nbf', 'exp', 'assurance']).toContain(claim)
          else expect(result.rejection.code).toMatch(/^attestation_/)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('is never quoted in what is said of it', async () => {
    const { verify } = worlds.Ed25519
    const canary = 'canary-7f3a'
    for (const claims of [{ iss: `${ISSUER}/${canary}` }, { sub: canary }, { jti: [canary] }, { aud: canary }]) {
      expect(JSON.stringify(await verify(await forge(claims), EXPECTED))).not.toContain(canary)
    }
  })
})

function constants(members: Record<string, unknown>): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, fc.constant(value)]))
}

function mutated(members: Record<string, unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...Object.keys(members)), fc.jsonValue())
    .map(([name, value]) => ({ ...members, [name]: value }))
}
