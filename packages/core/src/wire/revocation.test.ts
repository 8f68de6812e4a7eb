import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spendKey } from '../ledger/spend-key.ts'
import { createPortableVerifier } from '../verifier/portable-verifier.ts'
import { parseRevocationFeed, REVOCATION_FEED_ENTRIES, revocationKey } from './revocation.ts'

const verifier = createPortableVerifier()
const key = await revocationKey(verifier, 'token', 'https://as.example', 'a')
const entry = (sequence: number) => ({ sequence, key, before: 1_000_000, until: 1_000_300 })
const feed = (members: Record<string, unknown> = {}) => ({ epoch: 'e_-1', sequence: 2, entries: [], ...members })

describe('the key of a revocation', () => {
  it('is a digest that tells kind, issuer and id apart', async () => {
    const keys = await Promise.all([
      revocationKey(verifier, 'token', 'https://as.example', 'a'),
      revocationKey(verifier, 'grant', 'https://as.example', 'a'),
      revocationKey(verifier, 'client', 'https://as.example', 'a'),
      revocationKey(verifier, 'subject', 'https://as.example', 'a'),
      revocationKey(verifier, 'token', 'https://as.example', 'b'),
      revocationKey(verifier, 'token', 'https://as.exampl', 'ea'),
    ])
    expect(new Set(keys).size).toBe(6)
    for (const each of keys) expect(each).toMatch(/^[\w-]{43}$/)
  })

  it('is that of a spend of the same parts', async () => {
    expect(key).toBe(await spendKey(verifier, ['revoked', 'token', 'https://as.example', 'a']))
  })
})

describe('an answer of the revocation feed', () => {
  it('is read, whatever else it says', () => {
    const entries = [{ ...entry(1), note: 'x' }, entry(2)]
    expect(parseRevocationFeed(feed({ entries, other: 1 }))).toEqual({
      ok: true,
      value: { epoch: 'e_-1', sequence: 2, entries: [entry(1), entry(2)] },
    })
    expect(parseRevocationFeed(feed({ sequence: 0 }))).toEqual({ ok: true, value: feed({ sequence: 0 }) })
  })

  it('says that it was cut only when it was', () => {
    const cut = feed({ entries: [entry(1)], more: true })
    expect(parseRevocationFeed(cut)).toEqual({ ok: true, value: cut })
    expect(parseRevocationFeed({ ...cut, more: false })).toEqual({ ok: true, value: feed({ entries: [entry(1)] }) })
  })

  it.each([
    ['object', null],
    ['object', 'feed'],
    ['object', [feed()]],
    ['object', undefined],
    ['epoch', feed({ epoch: '' })],
    ['epoch', feed({ epoch: 'a'.repeat(65) })],
    ['epoch', feed({ epoch: 'a b' })],
    ['epoch', feed({ epoch: 1 })],
    ['epoch', Object.create(feed())],
    ['sequence', feed({ sequence: -1 })],
    ['sequence', feed({ sequence: 1.5 })],
    ['sequence', feed({ sequence: '1' })],
    ['sequence', feed({ sequence: 2 ** 53 })],
    ['entries', feed({ entries: {} })],
    ['entries', feed({ entries: undefined })],
    ['entries', feed({ entries: new Array(REVOCATION_FEED_ENTRIES + 1).fill(entry(1)) })],
    ['entry', feed({ entries: [null] })],
    ['entry', feed({ entries: [{ ...entry(1), key: 'short' }] })],
    ['entry', feed({ entries: [{ ...entry(1), key: `${key}=` }] })],
    ['entry', feed({ entries: [{ ...entry(1), key: key.replace(/.$/, '_') }] })],
    ['entry', feed({ entries: [{ ...entry(1), before: Number.NaN }] })],
    ['entry', feed({ entries: [{ ...entry(1), before: '1000000' }] })],
    ['entry', feed({ entries: [{ ...entry(1), until: -1 }] })],
    ['entry', feed({ entries: [{ ...entry(1), until: null }] })],
    ['order', feed({ entries: [entry(0)] })],
    ['order', feed({ entries: [entry(2), entry(1)] })],
    ['order', feed({ entries: [entry(1), entry(1)] })],
    ['order', feed({ entries: [entry(3)] })],
    ['more', feed({ entries: [entry(1)], more: 1 })],
    ['more', feed({ more: true })],
  ])('is refused for its %s: case %#', (reason, value) => {
    expect(parseRevocationFeed(value)).toEqual({ ok: false, reason })
  })

  it('never makes the reader throw', () => {
    const hostile = fc.record(
      { epoch: fc.anything(), sequence: fc.anything(), entries: fc.anything(), more: fc.anything() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(fc.anything(), hostile), (value) => {
        expect(typeof parseRevocationFeed(value).ok).toBe('boolean')
      }),
    )
  })
})
