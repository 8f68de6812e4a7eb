import { encodeBase64url } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { type ProofExpectation, readProofClaims } from './proof-claims.ts'

const NOW = 1_800_000_000
const ENDPOINT = 'https://notes.example/mcp'
const ATH = String(createFastVerifier().digest('token'))
const PAYLOAD = { jti: 'id', htm: 'POST', htu: ENDPOINT, iat: NOW, ath: ATH }
const EXPECTED: ProofExpectation = { method: 'POST', endpoint: ENDPOINT, ath: ATH }

/** Why the claims are refused, or `accepted`; a text goes in as it is. */
function outcomeOf(payload: object | string, expected = EXPECTED): string {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const result = readProofClaims(encodeBase64url(new TextEncoder().encode(text)), expected)
  return result.ok ? 'accepted' : result.reason
}

describe('the claims of a proof (RFC 9449 §4.3, checks 3, 8, 9 and 12)', () => {
  it.each([
    ['jti', { jti: undefined }],
    ['jti', { jti: '' }],
    ['jti', { jti: 'a'.repeat(257) }],
    ['jti', { jti: 1 }],
    ['htm', { htm: undefined }],
    ['htm', { htm: 'GET' }],
    ['htm', { htm: 'post' }],
    ['htm', { htm: ['POST'] }],
    ['htu', { htu: undefined }],
    ['htu', { htu: 'https://other.example/mcp' }],
    ['htu', { htu: 'http://notes.example/mcp' }],
    ['htu', { htu: 'https://notes.example:8443/mcp' }],
    ['htu', { htu: 'https://notes.example/mcp/' }],
    ['htu', { htu: 'https://notes.example/MCP' }],
    ['htu', { htu: 'https://notes.example/mcp?' }],
    ['htu', { htu: 'https://notes.example/mcp?a=b' }],
    ['htu', { htu: 'https://notes.example/mcp#a' }],
    ['htu', { htu: 'https://user@notes.example/mcp' }],
    ['htu', { htu: 'https://notes.example./mcp' }],
    ['htu', { htu: 'https://notes.example%2fmcp' }],
    ['htu', { htu: 'https://notes.example\\mcp' }],
    ['htu', { htu: '/mcp' }],
    ['htu', { htu: [ENDPOINT] }],
    ['iat', { iat: undefined }],
    ['iat', { iat: String(NOW) }],
    ['ath', { ath: undefined }],
    ['ath', { ath: createFastVerifier().digest('other') }],
    ['ath', { ath: `${ATH}=` }],
    ['nonce', { nonce: 1 }],
    ['nonce', { nonce: '' }],
    ['nonce', { nonce: 'a'.repeat(257) }],
    ['content_digest', { content_digest: null }],
    ['content_digest', { content_digest: '' }],
    ['content_digest', { content_digest: `${ATH}=` }],
    ['content_digest', { content_digest: 'A'.repeat(42) }],
    ['content_digest', { content_digest: `${'A'.repeat(42)}B` }],
    ['content_digest', { content_digest: `${'A'.repeat(42)}!` }],
  ])('are refused for their %s: %j', (reason, change) => {
    expect(outcomeOf({ ...PAYLOAD, ...change })).toBe(reason)
  })

  it.each([
    'https://notes.example:443/mcp',
    'HTTPS://NOTES.EXAMPLE/mcp',
    'https://notes.example/a/../mcp',
    'https://notes.example/%6dcp',
  ])('name the endpoint in any form that is equal (RFC 3986 §6.2): %s', (htu) => {
    expect(outcomeOf({ ...PAYLOAD, htu })).toBe('accepted')
  })

  it('need no digest of a token where there is none', () => {
    const { ath: _, ...expected } = EXPECTED
    expect(outcomeOf({ ...PAYLOAD, ath: undefined }, expected)).toBe('accepted')
  })

  it('may say more', () => {
    expect(outcomeOf({ ...PAYLOAD, exp: 1, other: {} })).toBe('accepted')
  })

  it('are read on their own: nothing is inherited', () => {
    const inherited = `{"__proto__":${JSON.stringify(PAYLOAD)}}`
    expect(outcomeOf(inherited)).toBe('jti')
  })
})
