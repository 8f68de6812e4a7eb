/** IP addresses as octets, and ranges of them, from the one text form of each (RFC 4632 §3.1, RFC 4291 §2.2, §2.3). */
import { isIPv4, isIPv6 } from 'node:net'

/** 4 octets or 16, in network order. */
export type IpAddress = Uint8Array

/** All addresses of one family that begin with the first `bits` bits of `start`. */
export interface IpRange {
  readonly start: IpAddress
  readonly bits: number
}

/**
 * Takes four decimal numbers with dots, or IPv6 without brackets; `undefined` for anything else: octal, hexadecimal and
 * short forms, and addresses with a zone, which mean something on one machine only.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number)
  return isIPv6(text) && !text.includes('%') ? parseIpv6(text) : undefined
}

/** Takes `address/bits`; `undefined` also when bits beyond the range's own are set, since that is a slip of the pen. */
export function parseIpRange(text: string): IpRange | undefined {
  const [, address = '', digits] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const start = parseIpAddress(address)
  const bits = Number(digits)
  if (start === undefined || bits > start.length * 8) return undefined
  for (let bit = bits; bit < start.length * 8; bit++) if (isSet(start, bit)) return undefined
  return { start, bits }
}

/** False, too, for an address of the other family. */
export function isInRange(address: IpAddress, { start, bits }: IpRange): boolean {
  if (address.length !== start.length) return false
  for (let bit = 0; bit < bits; bit++) if (isSet(address, bit) !== isSet(start, bit)) return false
  return true
}

function isSet(address: IpAddress, bit: number): boolean {
  return (((address[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1
}

// The URL parser writes the form of RFC 5952: lower-case groups, at most one `::`, no dots.
function parseIpv6(text: string): IpAddress {
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::')
  const first = readGroups(head)
  const last = tail === undefined ? [] : readGroups(tail)
  const zeros = new Array<number>(8 - first.length - last.length).fill(0)
  return Uint8Array.from([...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 0xff]))
}

function readGroups(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16))
}
