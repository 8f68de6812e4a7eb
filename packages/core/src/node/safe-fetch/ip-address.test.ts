import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInRange, parseIpAddress, parseIpRange } from './ip-address.ts'
import { formatIpv4, formatIpv6 } from './testing/addresses.test-fixture.ts'

describe('the octets of an IP address (RFC 4291 §2.2)', () => {
  it.each([
    ['127.0.0.1', [127, 0, 0, 1]],
    ['::', new Array(16).fill(0)],
    ['::1', [...new Array(15).fill(0), 1]],
    ['1:2:3:4:5:6:7:8', [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ['FE80::Abcd', [0xfe, 0x80, ...new Array(12).fill(0), 0xab, 0xcd]],
    ['::ffff:127.0.0.1', [...new Array(10).fill(0), 0xff, 0xff, 127, 0, 0, 1]],
    ['64:ff9b::10.1.2.3', [0, 0x64, 0xff, 0x9b, ...new Array(8).fill(0), 10, 1, 2, 3]],
  ])('of %s', (text, octets) => {
    expect([...(parseIpAddress(text) ?? [])]).toEqual(octets)
  })

  it.each([
    '',
    '127.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '127.0.0.1.',
    '127.0.0.1:80',
    ' 127.0.0.1',
    '256.0.0.1',
    '[::1]',
    'fe80::1%eth0',
    '::1::',
    'localhost',
  ])('are not to be had of %j', (text) => {
    expect(parseIpAddress(text)).toBeUndefined()
  })

  it('are those that were written', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 128n - 1n), (value) => {
        const octets = parseIpAddress(formatIpv6(value)) ?? []
        expect(BigInt(`0x${Buffer.from(octets).toString('hex')}`)).toBe(value)
      }),
    )
  })

  it('are the same for every spelling', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        expect(parseIpAddress(text)).toEqual(parseIpAddress(new URL(`http://[${text}]`).hostname.slice(1, -1)))
        expect(parseIpAddress(text.toUpperCase())).toEqual(parseIpAddress(text))
      }),
    )
  })
})

describe('a range of addresses (RFC 4632 §3.1)', () => {
  it.each([
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.1/8',
    '/8',
    '::/129',
    'fd00::1/64',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
  ])('is not %j', (text) => {
    expect(parseIpRange(text)).toBeUndefined()
  })

  it('holds no address of the other family', () => {
    const zero = parseIpAddress('0.0.0.0') ?? Uint8Array.of()
    expect(isInRange(zero, { start: new Uint8Array(16), bits: 0 })).toBe(false)
  })

  it.each([
    ['ipv4', 32, formatIpv4],
    ['ipv6', 128, formatIpv6],
  ] as const)('holds what a block list of Node would hold: %s', (family, width, format) => {
    const value = fc.bigInt(0n, (1n << BigInt(width)) - 1n)
    fc.assert(
      fc.property(value, fc.integer({ min: 1, max: width }), fc.nat(width - 1), value, (at, bits, kept, noise) => {
        // An address that has some of its first bits in common with the range.
        const address = at ^ (noise >> BigInt(kept))
        const start = (at >> BigInt(width - bits)) << BigInt(width - bits)
        const list = new BlockList()
        list.addSubnet(format(start), bits, family)
        const range = parseIpRange(`${format(start)}/${bits}`)
        const octets = parseIpAddress(format(address))
        expect(range && octets && isInRange(octets, range)).toBe(list.check(format(address), family))
      }),
      { numRuns: 500 },
    )
  })
})
