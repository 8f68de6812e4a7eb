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
  makeTwin,
  outcomeOf,
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

  it('is refused with any byte of its text in the place of another', async () => {
    const others = fc.tuple(fc.nat(text.length - 1), fc.nat(255))
    await fc.assert(
      fc.asyncProperty(others, async ([at, byte]) => {
        fc.pre(text.charCodeAt(at) !== byte)
        const changed = text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1)
        expect((await verify(changed, EXPECTED)).ok).toBe(false)
      }),
      { numRuns: 2000 },
    )
  })

  it('is refused with two bytes changed at once, or with the order of two changed', async () => {
    const at = fc.nat(text.length - 1)
    await fc.assert(
      fc.asyncProperty(at, at, async (one, other) => {
        const characters = [...text]
        ;[characters[one], characters[other]] = [text.charAt(other), text.charAt(one)]
        const changed = characters.join('')
        fc.pre(changed !== text)
        expect((await verify(changed, EXPECTED)).ok).toBe(false)
      }),
      { numRuns: 500 },
    )
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

describe('the one change that is accepted', () => {
  // ES256 has a second signature to every first, (r, n − s), which anybody can work out (RFC 7515 has no rule against it).
  it('is another signature of the same key over the same claims: provably the same attestation', async () => {
    const twin = makeTwin(texts.ES256)
    expect(twin).not.toBe(texts.ES256)
    const { verify } = worlds.ES256
    expect(await verify(twin, EXPECTED)).toEqual(await verify(texts.ES256, EXPECTED))
    expect((await verify(twin, EXPECTED)).ok).toBe(true)
  })

  it('does not exist for Ed25519, whose s has to be below the order of its group (RFC 8032 §5.1.7)', async () => {
    const [header, payload, signature = ''] = texts.Ed25519.split('.')
    const octets = Buffer.from(signature, 'base64url')
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const s = BigInt(`0x${Buffer.from(octets.subarray(32)).reverse().toString('hex')}`) + order
    octets.set(Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse(), 32)
    const result = await worlds.Ed25519.verify(`${header}.${payload}.${octets.toString('base64url')}`, EXPECTED)
    expect(outcomeOf(result)).toBe('attestation_invalid signature')
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
