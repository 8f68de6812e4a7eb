import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLookAlikeFinder } from './look-alike.ts'
import { decodePunycode } from './punycode.ts'
import { makeSkeleton } from './skeleton.ts'

const ISSUER = 'https://anthropic.com'
const find = createLookAlikeFinder([ISSUER, 'https://auth.openbank.co.uk', 'https://x.ai'])

describe('a stranger that looks like a trusted issuer (A5)', () => {
  it.each([
    ['https://anthroplc.com', 'confusable'],
    ['https://anthr0pic.com', 'confusable'],
    ['https://αnthropic.com', 'confusable'],
    ['https://anthropiс.com', 'confusable'],
    ['https://аnthroрiс.com', 'confusable'],
    ['https://xn--nthropic-06g.com', 'confusable'],
    ['https://ánthropic.com', 'confusable'],
    ['https://anthropic。com', 'confusable'],
    ['https://anthroplc.io', 'confusable'],
    ['https://anthropc.com', 'edit'],
    ['https://anthroppic.com', 'edit'],
    ['https://anhtropic.com', 'edit'],
    ['https://antropic.com', 'edit'],
    ['https://anthropic.co', 'embedded'],
    ['https://login.anthropic.com', 'embedded'],
    ['https://anthropic.com.evil.example', 'embedded'],
    ['https://anthropic-login.example', 'embedded'],
    ['https://anthropic.com@evil.example', 'embedded'],
    ['https://anthropic.com.', 'same_host'],
    ['https://anthropic.com/', 'same_host'],
    ['https://anthropic.com/../x', 'same_host'],
    ['https://anthropic.com:8443', 'same_host'],
    ['https://ANTHROPIC.com', 'same_host'],
    ['http://anthropic.com', 'same_host'],
    ['https:\\\\anthropic.com', 'same_host'],
    ['https://user@anthropic.com', 'same_host'],
    ['anthropic.com', 'same_host'],
  ])('%s is %s', (stranger, how) => {
    expect(find(stranger)).toEqual({ issuer: ISSUER, how })
  })

  it.each(['https://openai.com', 'https://example.org', 'https://y.ai', 'https://philanthropy.org', '', 'https://'])(
    '%j is like none',
    (stranger) => {
      expect(find(stranger)).toBeUndefined()
    },
  )

  it('is found with any one letter put in, left out, changed or swapped', () => {
    const letter = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz')
    const name = 'anthropic'
    fc.assert(
      fc.property(fc.nat(name.length - 1), letter, fc.constantFrom('in', 'out', 'change', 'swap'), (at, other, how) => {
        const rest = name.slice(at + 1)
        const edited = {
          in: name.slice(0, at) + other + name.slice(at),
          out: name.slice(0, at) + rest,
          change: name.slice(0, at) + other + rest,
          swap: name.slice(0, at) + rest.slice(0, 1) + (name[at] ?? '') + rest.slice(1),
        }[how]
        expect(find(`https://${edited}.com`)?.issuer).toBe(ISSUER)
      }),
    )
  })

  it('is asked about with anything, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 600 }), fc.webUrl()), (stranger) => {
        find(stranger)
      }),
    )
  })
})

describe('what a name looks like', () => {
  it('is the same however it is written', () => {
    expect(makeSkeleton('MODERN.example')).toBe(makeSkeleton('rnodern.example'))
    expect(makeSkeleton('a\u200bb.example')).toBe(makeSkeleton('ab.example'))
    expect(makeSkeleton('ａｂ.example')).toBe(makeSkeleton('ab.example'))
  })
})

describe('punycode (RFC 3492 §7.1)', () => {
  it.each([
    ['ihqwcrb4cv8a8dqg056pqjye', '他们为什么不说中文'],
    ['Proprostnemluvesky-uyb24dma41a', 'Pročprostěnemluvíčesky'],
    ['3B-ww4c5e180e575a65lsy2b', '3年B組金八先生'],
    ['Hello-Another-Way--fc4qua05auwb3674vfr0b', 'Hello-Another-Way-それぞれの場所'],
    ['-> $1.00 <--', '-> $1.00 <-'],
  ])('%s is %s', (encoded, text) => {
    expect(decodePunycode(encoded)).toBe(text)
  })

  it('that encodes nothing yields nothing, and never runs on', () => {
    for (const encoded of ['99999999', 'a-!', 'é-a', 'a'.repeat(64)]) expect(decodePunycode(encoded)).toBeUndefined()
    fc.assert(
      fc.property(fc.string({ maxLength: 63 }), (text) => {
        decodePunycode(text)
      }),
    )
  })
})
