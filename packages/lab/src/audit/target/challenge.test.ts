import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Exchange } from '../probe/exchange.ts'
import { readChallengeParameter, readChallenges } from './challenge.ts'

const refusal = (...challenges: readonly string[]): Exchange => ({
  request: { url: 'http://127.0.0.1/mcp' },
  status: 401,
  headers: { 'www-authenticate': challenges },
  body: '',
})

describe('challenges', () => {
  it('are read with their parameters, several in one line or in several', () => {
    const one = refusal('DPoP algs="ES256 EdDSA", error=invalid_token, Bearer realm="a, b=\\"c\\"", Negotiate')
    expect(readChallenges(one)).toEqual([
      { scheme: 'DPoP', parameters: { algs: 'ES256 EdDSA', error: 'invalid_token' } },
      { scheme: 'Bearer', parameters: { realm: 'a, b="c"' } },
      { scheme: 'Negotiate', parameters: {} },
    ])
    expect(readChallenges(refusal('Bearer a="1"', 'DPoP a="2"'))).toHaveLength(2)
  })

  it('tell where the metadata is, in whichever of them that stands', () => {
    const where = 'https://a.example/.well-known/oauth-protected-resource'
    expect(readChallengeParameter(refusal('DPoP', `Bearer Resource_Metadata="${where}"`), 'resource_metadata')).toBe(
      where,
    )
    expect(readChallengeParameter(refusal(), 'resource_metadata')).toBeUndefined()
  })

  it('may say anything', () => {
    fc.assert(fc.property(fc.string(), (text) => void readChallenges(refusal(text))))
  })
})
