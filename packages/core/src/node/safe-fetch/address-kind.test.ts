import { BlockList } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AddressKind, classifyAddress, readRange } from './address-kind.ts'
import { parseIpAddress } from './ip-address.ts'
import { ipv4Around, ipv6Around } from './testing/addresses.test-fixture.ts'
import {
  ipv4OtherBlocks,
  ipv4SpecialBlocks,
  ipv6OtherBlocks,
  ipv6SpecialBlocks,
} from './testing/iana-registries.test-fixture.ts'

function classify(text: string): AddressKind | undefined {
  const address = parseIpAddress(text)
  return address && classifyAddress(address)
}

function listBlocks(family: 'ipv4' | 'ipv6', blocks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const block of blocks) {
    const [start = '', bits] = block.split('/')
    list.addSubnet(start, Number(bits), family)
  }
  return list
}

const ipv4Blocks = [...ipv4SpecialBlocks, ...ipv4OtherBlocks]
const ipv6Blocks = [...ipv6SpecialBlocks, ...ipv6OtherBlocks]

describe('the kind of an address (IANA special-purpose registries)', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['2606:4700::1111', 'public'],
    ['64:ff9b::808:808', 'public'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.255', 'loopback'],
    ['::1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', 'public'],
    ['192.168.1.1', 'private'],
    ['100.64.0.1', 'private'],
    ['fd12::1', 'private'],
    ['169.254.169.254', 'metadata'],
    ['169.254.170.2', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['0.0.0.0', 'reserved'],
    ['::', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['192.0.2.1', 'reserved'],
    ['198.19.0.1', 'reserved'],
    ['2001:db8::1', 'reserved'],
    ['2002:808:808::1', 'reserved'],
    ['2001::1', 'reserved'],
    ['::ffff:8.8.8.8', 'reserved'],
    ['::8.8.8.8', 'reserved'],
    ['64:ff9b:1::808:808', 'reserved'],
    ['fec0::1', 'reserved'],
    ['4000::1', 'reserved'],
  ] as const)('of %s is %s', (text, kind) => {
    expect(classify(text)).toBe(kind)
  })

  it('is public for IPv4 exactly where no registry has a row', () => {
    const list = listBlocks('ipv4', ipv4Blocks)
    fc.assert(
      fc.property(ipv4Around(ipv4Blocks), (text) => {
        expect(classify(text) === 'public').toBe(!list.check(text, 'ipv4'))
      }),
      { numRuns: 2_000 },
    )
  })

  it('is public for IPv6 exactly in global unicast where no registry has a row, and for NAT64', () => {
    const list = listBlocks('ipv6', ipv6Blocks)
    const nat64 = listBlocks('ipv6', ['64:ff9b::/96'])
    fc.assert(
      fc.property(ipv6Around([...ipv6Blocks, '64:ff9b::/96', '2000::/3']), (text) => {
        expect(classify(text) === 'public').toBe(nat64.check(text, 'ipv6') || !list.check(text, 'ipv6'))
      }),
      { numRuns: 2_000 },
    )
  })

  it('has no slip in its table', () => {
    expect(() => readRange('10.0.0.1/8')).toThrow(TypeError)
  })
})
