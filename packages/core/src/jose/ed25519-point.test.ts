import { describe, expect, it } from 'vitest'
import { encodeBase64url } from './base64url.ts'
import { isWeakEd25519Key } from './ed25519-point.ts'

const encodePoint = (hex: string): string => Buffer.from(hex, 'hex').toString('base64url')
const FF = 'ff'.repeat(30)

/** The eight points whose order divides 8, with the non-canonical encodings of those that have one. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  `ec${FF}7f`,
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '0100000000000000000000000000000000000000000000000000000000000080',
  `ec${FF}ff`,
  `ed${FF}7f`,
  `ed${FF}ff`,
  `ee${FF}7f`,
  `ee${FF}ff`,
]

describe('an Ed25519 public key (RFC 8032 §5.1)', () => {
  it.each(SMALL_ORDER)('%s is of small order, and weak', (hex) => {
    expect(isWeakEd25519Key(encodePoint(hex))).toBe(true)
  })

  it('with a y that is not below 2^255 − 19 is a second name for a key, and weak', () => {
    for (let low = 0xed; low <= 0xff; low++) {
      expect(isWeakEd25519Key(encodePoint(`${low.toString(16)}${FF}7f`))).toBe(true)
      expect(isWeakEd25519Key(encodePoint(`${low.toString(16)}${FF}ff`))).toBe(true)
    }
  })

  it('of another length is weak', () => {
    expect(isWeakEd25519Key('')).toBe(true)
    expect(isWeakEd25519Key(encodeBase64url(new Uint8Array(31).fill(7)))).toBe(true)
  })

  it('of an honest owner is not weak', () => {
    // RFC 8037 appendix A.2, and the greatest y below the prime that is of no small order.
    expect(isWeakEd25519Key('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo')).toBe(false)
    expect(isWeakEd25519Key(encodePoint(`eb${FF}7f`))).toBe(false)
  })
})
