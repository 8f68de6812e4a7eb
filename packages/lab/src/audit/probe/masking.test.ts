import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Exchange } from './exchange.ts'
import { createMasking } from './masking.ts'

const secret = fc.stringMatching(/^[A-Za-z0-9._~+/-]{8,200}$/)
const answer = (body: string, headers: Exchange['headers'] = {}): Exchange => ({
  request: { url: 'http://127.0.0.1/mcp' },
  status: 200,
  headers,
  body,
})

describe('masking', () => {
  it('leaves no secret in what is shown, wherever it stands and however long the text is', () => {
    fc.assert(
      fc.property(secret, fc.string({ maxLength: 4_000 }), fc.nat(40_000), (token, around, blanks) => {
        const { conceal, toEvidence } = createMasking()
        conceal('token', token)
        const text = `${' '.repeat(blanks)}${around} ${token} ${around}`
        const shown = JSON.stringify(toEvidence(answer(text, { 'x-echo': [token], link: [encodeURIComponent(token)] })))
        expect(shown.includes(JSON.stringify(token).slice(1, -1))).toBe(around.includes(token))
      }),
      { numRuns: 50 },
    )
  })

  it('calls the same secret by the same name, and others by others', () => {
    const { conceal, mask } = createMasking()
    for (const token of ['first-token', 'second-token', 'first-token']) conceal('token', token)
    expect(mask('first-token second-token first-token')).toBe('‹token 1› ‹token 2› ‹token 1›')
  })

  it('masks what looks like a secret though nobody said so', () => {
    const { mask } = createMasking()
    expect(mask('Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln!')).toBe('Bearer ‹jwt›!')
    expect(mask('{"access_token": "opaque-one", "d":"private"}')).toBe('{"access_token": "‹secret›", "d":"‹secret›"}')
    expect(mask('GET /mcp?access_token=opaque-one&a=1')).toBe('GET /mcp?access_token=‹secret›&a=1')
  })

  it('knows an answer that repeats a token', () => {
    const { conceal, holdsToken } = createMasking()
    conceal('token', 'some-token')
    expect(holdsToken(answer('you sent some-token'))).toBe(true)
    expect(holdsToken(answer('', { 'x-debug': ['some-token'] }))).toBe(true)
    expect(holdsToken(answer('you sent something'))).toBe(false)
  })
})
