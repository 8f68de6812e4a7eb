/** What an operator allows beyond the public internet, one entry at a time. */
import { isLoopbackHost } from '../../http/loopback.ts'
import { type IpRange, parseIpAddress, parseIpRange } from './ip-address.ts'

/** A host by its name, one address, or a range of addresses; `port` undefined for every port. */
export type AllowEntry =
  | { readonly kind: 'name'; readonly name: string; readonly port: number | undefined }
  | { readonly kind: 'address'; readonly range: IpRange; readonly port: number | undefined }
  | { readonly kind: 'range'; readonly range: IpRange }

const HOST_AND_PORT = /^(\[[^\]]+\]|[^:[\]]+)(?::([1-9]\d{0,4}))?$/
const NAME = /^[a-z\d_-]+(\.[a-z\d_-]+)*$/
// The widest ranges that belong to one network: 10.0.0.0/8 and fc00::/7.
const FEWEST_BITS = { 4: 8, 16: 7 } as const

/** Takes `host`, `host:port`, an IP address with or without a port, or a range in CIDR notation; throws `TypeError`. */
export function parseAllowEntry(text: string): AllowEntry {
  const entry = text.includes('/') ? readRangeEntry(text) : readHostEntry(text)
  if (entry !== undefined) return entry
  throw new TypeError(
    `allow: ${JSON.stringify(text)} is not an entry. Write a host (auth.internal), a host and port (auth.internal:8443), an IP address (10.1.2.3, [fd00::1]:8443), or a range from its first address (10.0.0.0/8; not wider than /8, /7 for IPv6).`,
  )
}

/**
 * The entries that let a fetch reach these very hosts and ports, for those URLs among the given ones that are on
 * loopback: an issuer on this machine is reachable because somebody configured it, and nothing beside it is.
 */
export function allowLoopback(urls: readonly string[]): readonly string[] {
  return urls.flatMap((text) => {
    const url = URL.parse(text)
    if (url === null || !isLoopbackHost(url.hostname)) return []
    return [url.port === '' ? `${url.hostname}:${url.protocol === 'https:' ? 443 : 80}` : url.host]
  })
}

function readRangeEntry(text: string): AllowEntry | undefined {
  const range = parseIpRange(text)
  if (range === undefined || range.bits < FEWEST_BITS[range.start.length === 4 ? 4 : 16]) return undefined
  return { kind: 'range', range }
}

function readHostEntry(text: string): AllowEntry | undefined {
  const bare = parseIpAddress(text)
  if (bare !== undefined) return { kind: 'address', range: { start: bare, bits: bare.length * 8 }, port: undefined }
  const [, host = '', digits] = HOST_AND_PORT.exec(text.toLowerCase()) ?? []
  const port = digits === undefined ? undefined : Number(digits)
  if (port !== undefined && port > 65535) return undefined
  const address = parseIpAddress(host.replace(/^\[|\]$/g, ''))
  if (address !== undefined) return { kind: 'address', range: { start: address, bits: address.length * 8 }, port }
  // Names that the URL parser would read as a number (`127.1`, `0x7f.1`) never come out of it, so they would allow nothing.
  return NAME.test(host) && URL.parse(`https://${host}`)?.hostname === host
    ? { kind: 'name', name: host, port }
    : undefined
}
