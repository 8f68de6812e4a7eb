import { describe, expect, it } from 'vitest'
import { refuse, rejections } from './rejection.ts'
import { ok } from './result.ts'

describe('the table of rejections', () => {
  it.each(Object.entries(rejections))(
    '%s challenges only with 401 or 403 (RFC 9110 §11.6.1, RFC 6750 §3.1)',
    (_, kind) => {
      expect(kind.challenge).toBe(kind.status === 401 || kind.error !== undefined)
      if (kind.challenge) expect([401, 403]).toContain(kind.status)
    },
  )

  it.each(Object.entries(rejections))('%s says one generic sentence', (_, kind) => {
    expect(kind.summary).toMatch(/^[A-Z][^.]*[\w]\.$/)
  })

  it('makes values of decisions', () => {
    expect(refuse('invalid_token')).toEqual({ ok: false, rejection: { code: 'invalid_token' } })
    expect(refuse('invalid_token', 'audience')).toEqual({
      ok: false,
      rejection: { code: 'invalid_token', reason: 'audience' },
    })
    expect(ok(1)).toEqual({ ok: true, value: 1 })
  })
})
