import { describe, expect, it } from 'vitest'
import { completeProofPolicy, defaultProofPolicy, type ProofPolicy } from './proof-policy.ts'

describe('the policy on proofs', () => {
  it('is complete without anything being said', () => {
    expect(completeProofPolicy()).toEqual(defaultProofPolicy)
    expect(completeProofPolicy({ maxAge: 300, maxAhead: 300 })).toEqual({
      ...defaultProofPolicy,
      maxAge: 300,
      maxAhead: 300,
    })
  })

  it.each([
    ['maxAge', { maxAge: 301 }],
    ['maxAge', { maxAge: -1 }],
    ['maxAge', { maxAge: Number.NaN }],
    ['maxAhead', { maxAhead: 301 }],
    ['clockDifference', { clockDifference: Number.POSITIVE_INFINITY }],
    ['nonce', { nonce: 'sometimes' }],
    ['algorithms', { algorithms: [] }],
    ['algorithms', { algorithms: ['none'] }],
    ['algorithms', { algorithms: ['ES256', 'HS256'] }],
    ['algorithms', { algorithms: ['RS256'] }],
  ])('makes sense, or its %s is named: %j', (member, partial) => {
    expect(() => completeProofPolicy(partial as Partial<ProofPolicy>)).toThrow(new RegExp(member))
    expect(() => completeProofPolicy(partial as Partial<ProofPolicy>)).toThrow(RangeError)
  })
})
