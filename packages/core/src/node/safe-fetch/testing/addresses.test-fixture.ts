/** Random addresses as text, crowded where ranges begin and end. */
import fc from 'fast-check'

/** Four decimal numbers. */
export function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.')
}

/** Eight groups, none left out. */
export function formatIpv6(value: bigint): string {
  return Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16)).join(':')
}

/** The first address of a block and the one after its last. */
function readEdges(block: string, parse: (text: string) => bigint, width: number): readonly [bigint, bigint] {
  const [start = '', bits = ''] = block.split('/')
  const first = parse(start)
  return [first, first + (1n << BigInt(width - Number(bits)))]
}

function parseIpv4(text: string): bigint {
  return text.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n)
}

function parseIpv6(text: string): bigint {
  const [head = '', tail = ''] = text.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const missing = 8 - groups(head).length - groups(tail).length
  const all = [...groups(head), ...(text.includes('::') ? new Array<string>(missing).fill('0') : []), ...groups(tail)]
  return all.reduce((value, group) => value * 65536n + BigInt(`0x${group}`), 0n)
}

function around(edges: readonly bigint[], width: number): fc.Arbitrary<bigint> {
  const anywhere = fc.bigInt(0n, (1n << BigInt(width)) - 1n)
  const near = fc
    .tuple(fc.constantFrom(...edges), fc.bigInt(-2n, 2n), fc.nat(width))
    .map(([edge, offset, shift]) => edge + (offset << BigInt(shift)))
  return fc.oneof(anywhere, near).map((value) => BigInt.asUintN(width, value))
}

/** IPv4 addresses, many of them close to the edges of these blocks. */
export function ipv4Around(blocks: readonly string[]): fc.Arbitrary<string> {
  return around(
    blocks.flatMap((block) => readEdges(block, parseIpv4, 32)),
    32,
  ).map(formatIpv4)
}

/** IPv6 addresses, many of them close to the edges of these blocks. */
export function ipv6Around(blocks: readonly string[]): fc.Arbitrary<string> {
  return around(
    blocks.flatMap((block) => readEdges(block, parseIpv6, 128)),
    128,
  ).map(formatIpv6)
}
