import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeBase64url } from './base64url.ts'
import { readCompactJws, splitCompactJws } from './compact-jws.ts'

const encodeText = (text: string): string => encodeBase64url(new TextEncoder().encode(text))
const HEADER = '{"alg":"ES256","typ":"JWT"}'
const PAYLOAD = '{"sub":"a"}'

function compact({ header = HEADER, payload = PAYLOAD, signature = 'AAAA' } = {}): string {
  return `${encodeText(header)}.${encodeText(payload)}.${signature}`
}

function reasonOf(text: string, maxLength?: number): string | undefined {
  const result = readCompactJws(text, maxLength)
  return result.ok ? undefined : result.reason
}

describe('the compact serialization (RFC 7515 §7.1)', () => {
  it('is taken apart into header, payload and signature', () => {
    expect(readCompactJws(compact())).toEqual({
      ok: true,
      value: {
        header: { alg: 'ES256', typ: 'JWT' },
        payload: { sub: 'a' },
        headerSegment: encodeText(HEADER),
        payloadSegment: encodeText(PAYLOAD),
        signingInput: `${encodeText(HEADER)}.${encodeText(PAYLOAD)}`,
        signature: new Uint8Array(3),
      },
    })
  })

  it.each(['', 'a', 'a.b', 'a.b.', '.b.c', 'a..c', 'a.b.c.d', '..', '...', 'a.b.c.'])(
    'has three segments, none empty: not %j',
    (text) => {
      expect(reasonOf(text)).toBe('compact')
      expect(splitCompactJws(text)).toEqual({ ok: false, reason: 'compact' })
    },
  )

  it.each([
    `${compact()}==`,
    `${compact()}\n`,
    ` ${compact()}`,
    compact().replace('.', ' .'),
    compact({ signature: 'AAAB=' }),
    compact({ signature: 'AB' }),
    compact({ signature: 'A+/A' }),
  ])('has one text for one credential: not %j', (text) => {
    expect(reasonOf(text)).toBe('base64url')
  })

  it('is no longer than it may be, 8192 characters by default', () => {
    expect(reasonOf(compact(), 10)).toBe('length')
    expect(reasonOf(compact({ signature: 'AAAA'.repeat(2048) }))).toBe('length')
  })

  it.each([
    ['[]', 'object'],
    ['"a"', 'object'],
    ['null', 'object'],
    ['{"sub":"a","sub":"b"}', 'json_duplicate_member'],
    ['{"sub":', 'json_syntax'],
    ['\ufeff{}', 'json_syntax'],
    ['{"exp":1e16}', 'json_number'],
    [`{"a":${'['.repeat(80)}${']'.repeat(80)}}`, 'json_depth'],
  ])('carries an unambiguous JSON object, not %s', (payload, reason) => {
    expect(reasonOf(compact({ payload }))).toBe(reason)
  })

  it('is UTF-8 inside (§2)', () => {
    const overlong = encodeBase64url(Uint8Array.of(0x7b, 0xc0, 0xaf, 0x7d))
    expect(reasonOf(`${encodeText(HEADER)}.${overlong}.AAAA`)).toBe('utf8')
  })
})

describe('the JOSE header (RFC 7515 §4)', () => {
  it.each([
    ['{"alg":"none"}', 'alg'],
    ['{"alg":"None"}', 'alg'],
    ['{"alg":"NONE"}', 'alg'],
    ['{"alg":["ES256"]}', 'alg'],
    ['{"typ":"JWT"}', 'alg'],
    ['{"alg":"ES256","crit":["exp"],"exp":1}', 'crit'],
    ['{"alg":"ES256","crit":[]}', 'crit'],
    ['{"alg":"ES256","b64":false}', 'b64'],
    ['{"alg":"ES256","b64":true}', 'b64'],
    ['{"alg":"ES256","alg":"none"}', 'json_duplicate_member'],
    ['[]', 'object'],
  ])('does not change the rules: %s is refused', (header, reason) => {
    expect(reasonOf(compact({ header }))).toBe(reason)
  })

  it('may say more than is understood (§4)', () => {
    expect(reasonOf(compact({ header: '{"alg":"ES256","kid":"1","x5c":[]}' }))).toBeUndefined()
  })
})

describe('whatever text comes', () => {
  it('is read or refused, never thrown at', () => {
    const segment = fc.oneof(fc.string(), fc.json().map(encodeText))
    const text = fc.oneof(
      fc.string(),
      fc.tuple(segment, segment, segment).map((segments) => segments.join('.')),
    )
    fc.assert(
      fc.property(text, (candidate) => {
        expect(typeof readCompactJws(candidate).ok).toBe('boolean')
      }),
    )
  })
})
