import { encodeBase64url } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RESOURCE } from '../testing/attestation.test-fixture.ts'
import { forgeLegacy, LEGACY_CLAIMS, LEGACY_HEADER, setUpLegacy } from '../testing/legacy.test-fixture.ts'

const expected = { audience: RESOURCE, proofThumbprint: 'none' } as const
const text = await forgeLegacy()

describe('a token of the legacy carriage', () => {
  it('is refused with any one bit of its text changed, and accepted as it is', async () => {
    const { verify } = setUpLegacy().attestations
    for (let index = 0; index < text.length; index++) {
      for (const bit of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const character = String.fromCharCode(text.charCodeAt(index) ^ (1 << bit))
        const result = await verify(`${text.slice(0, index)}${character}${text.slice(index + 1)}`, expected)
        if (result.ok) throw new Error(`accepted with bit ${bit} of character ${index} changed`)
      }
    }
    expect((await verify(text, expected)).ok).toBe(true)
  })

  it('with any claim replaced by anything, though signed by its issuer, is refused with a code or is well-formed', async () => {
    const harmless = ['agent_integrity', 'jti', 'iat', 'nbf', 'exp', 'assurance', 'cnf']
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(LEGACY_CLAIMS), 'assurance', 'agent_integrity', 'cnf'),
        fc.jsonValue(),
        async (claim, value) => {
          const result = await setUpLegacy().attestations.verify(await forgeLegacy({ [claim]: value }), expected)
          if (result.ok) expect(harmless).toContain(claim)
          else expect(result.rejection.code).toMatch(/^attestation_/)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('whatever comes as a token', () => {
  it('is refused with a code, never thrown at', async () => {
    const { verify } = setUpLegacy().attestations
    const encodeJson = (value: unknown): string => encodeBase64url(new TextEncoder().encode(JSON.stringify(value)))
    const jwt = fc
      .tuple(
        fc.oneof(fc.jsonValue(), fc.constant(LEGACY_HEADER)),
        fc.oneof(fc.jsonValue(), fc.constant(LEGACY_CLAIMS)),
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
      )
      .map(([header, payload, signature]) =>
        [encodeJson(header), encodeJson(payload), encodeBase64url(signature)].join('.'),
      )
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), jwt), async (value) => {
        const result = await verify(value, expected)
        expect(result.ok ? 'accepted' : result.rejection.code).toBe('attestation_invalid')
      }),
      { numRuns: 1000 },
    )
  })

  it('is never quoted in what is said of it', async () => {
    const { verify } = setUpLegacy().attestations
    const canary = 'canary-7f3a'
    for (const claims of [{ iss: `https://${canary}.example` }, { sub: canary }, { jti: [canary] }, { aud: canary }]) {
      expect(JSON.stringify(await verify(await forgeLegacy(claims), expected))).not.toContain(canary)
    }
  })
})
