import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findEmbeddedIpv4 } from './embedded-ipv4.ts'
import { parseIpAddress } from './ip-address.ts'

function find(text: string): string[] {
  return findEmbeddedIpv4(parseIpAddress(text) ?? Uint8Array.of()).map((octets) => octets.join('.'))
}

describe('the IPv4 address inside an IPv6 one', () => {
  it.each([
    ['::ffff:127.0.0.1', ['127.0.0.1']],
    ['::ffff:a9fe:a9fe', ['169.254.169.254']],
    ['::127.0.0.1', ['127.0.0.1']],
    ['::ffff:0:10.0.0.1', ['10.0.0.1']],
    ['64:ff9b::10.0.0.1', ['10.0.0.1']],
    ['64:ff9b:1::10.0.0.1', ['10.0.0.1']],
    ['64:ff9b:1:2:3:4:10.0.0.1', ['10.0.0.1']],
    ['2002:7f00:1::', ['127.0.0.1']],
    ['2002:a9fe:a9fe::1', ['169.254.169.254']],
    // RFC 4380 §4: server 65.54.227.120, client 192.0.2.45.
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', ['65.54.227.120', '192.0.2.45']],
  ])('%s: %j', (text, found) => {
    expect(find(text)).toEqual(found)
  })

  it.each(['::', '::1', '2606:4700::1111', '2001:db8::127.0.0.1', 'fd00::10.0.0.1', '127.0.0.1'])(
    'is not in %s',
    (text) => {
      expect(find(text)).toEqual([])
    },
  )

  it('is what was put there', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '64:ff9b::', '64:ff9b:1::', '::ffff:0:'), (inner, prefix) => {
        expect(find(`${prefix}${inner}`)).toEqual([inner])
      }),
    )
  })
})
