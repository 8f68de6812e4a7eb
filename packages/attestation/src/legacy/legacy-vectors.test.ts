/** The vectors of `tests/vectors/attestation`, with both verifiers. */
import { createPortableVerifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import vectors from '../../../../tests/vectors/attestation/legacy-tokens.json' with { type: 'json' }
import { outcomeOf } from '../testing/attestation.test-fixture.ts'
import { setUpLegacy } from '../testing/legacy.test-fixture.ts'

const { issuer, boundIssuer, audience } = vectors
const lines = [
  { ...issuer, keys: issuer.jwks, level: 'provider', legacy: true },
  { ...boundIssuer, keys: boundIssuer.jwks, level: 'provider' },
] as const
const expected = { audience, proofThumbprint: 'none' } as const

describe.each([
  { name: 'fast', verifier: createFastVerifier() },
  { name: 'portable', verifier: createPortableVerifier() },
])('with the $name verifier, a token of the legacy carriage', ({ verifier }) => {
  function setUp() {
    const world = setUpLegacy(lines, { verifier })
    world.time.now = vectors.now
    return world
  }

  it.each(vectors.accepted)('is accepted, once: $title ($encoder)', async ({ token }) => {
    const { attestations } = setUp()
    const first = await attestations.verify(token, expected)
    expect(first).toMatchObject({
      ok: true,
      value: { issuer: issuer.issuer, level: 'provider', binding: 'single_use' },
    })
    expect(outcomeOf(await attestations.verify(token, expected))).toBe('attestation_replay')
  })

  it.each(vectors.refused)('is refused: $title', async ({ token, code, reason }) => {
    const { attestations, asked } = setUp()
    expect(outcomeOf(await attestations.verify(token, expected))).toBe(`${code} ${reason}`)
    expect(asked, 'what is refused has used nothing up').toEqual([])
  })
})
