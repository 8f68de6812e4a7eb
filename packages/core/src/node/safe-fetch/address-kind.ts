/** Which addresses are somebody's on the internet, and which lead inside (IANA special-purpose address registries, RFC 6890). */
import { type IpAddress, type IpRange, isInRange, parseIpRange } from './ip-address.ts'

/**
 * `public`: a host of the internet. `loopback` and `private`: this machine and this network. `metadata`: where a cloud
 * hands out credentials to whoever asks. The others are nobody's host.
 */
export type AddressKind = 'public' | 'loopback' | 'private' | 'metadata' | 'link-local' | 'multicast' | 'reserved'

/** The first row that holds an address names its kind. */
const KINDS: readonly (readonly [IpRange, AddressKind])[] = Object.entries({
  // The metadata services of clouds. Some lie in ranges that an operator may well allow, one in plain public space.
  '169.254.169.254/32': 'metadata', // nearly all of them
  '169.254.170.2/32': 'metadata', // AWS, containers
  '169.254.170.23/32': 'metadata', // AWS, pods
  '100.100.100.200/32': 'metadata', // Alibaba
  '168.63.129.16/32': 'metadata', // Azure
  '192.0.0.192/32': 'metadata', // Oracle
  'fd00:ec2::254/128': 'metadata', // AWS
  'fd00:ec2::23/128': 'metadata', // AWS, pods
  'fd20:ce::254/128': 'metadata', // Google

  // https://www.iana.org/assignments/iana-ipv4-special-registry, whole, and the multicast range. Rows that are globally
  // reachable are relays and sinks which any network may run for itself: no issuer lives there.
  '0.0.0.0/8': 'reserved', // this network, RFC 791 §3.2; 0.0.0.0 reaches this machine
  '10.0.0.0/8': 'private', // RFC 1918
  '100.64.0.0/10': 'private', // shared with a carrier, RFC 6598
  '127.0.0.0/8': 'loopback', // RFC 1122 §3.2.1.3
  '169.254.0.0/16': 'link-local', // RFC 3927
  '172.16.0.0/12': 'private', // RFC 1918
  '192.0.0.0/24': 'reserved', // protocol assignments, RFC 6890 §2.1
  '192.0.2.0/24': 'reserved', // documentation, RFC 5737
  '192.31.196.0/24': 'reserved', // AS112, RFC 7535
  '192.52.193.0/24': 'reserved', // multicast tunnels, RFC 7450
  '192.88.99.0/24': 'reserved', // 6to4 relays, RFC 7526
  '192.168.0.0/16': 'private', // RFC 1918
  '192.175.48.0/24': 'reserved', // AS112, RFC 7534
  '198.18.0.0/15': 'reserved', // benchmarks, RFC 2544
  '198.51.100.0/24': 'reserved', // documentation, RFC 5737
  '203.0.113.0/24': 'reserved', // documentation, RFC 5737
  '224.0.0.0/4': 'multicast', // RFC 5771
  '240.0.0.0/4': 'reserved', // RFC 1112 §4, and broadcast, RFC 919
  '0.0.0.0/0': 'public',

  // https://www.iana.org/assignments/iana-ipv6-special-registry: its rows within 2000::/3, the only part of IPv6 that
  // hosts of the internet have (RFC 4291 §2.4); of what lies outside it only the rows with a kind of their own.
  '::1/128': 'loopback', // RFC 4291 §2.5.3
  'fc00::/7': 'private', // unique local, RFC 4193
  'fe80::/10': 'link-local', // RFC 4291 §2.5.6
  'ff00::/8': 'multicast', // RFC 4291 §2.7
  '2001::/23': 'reserved', // protocol assignments, Teredo and benchmarks among them, RFC 2928
  '2001:db8::/32': 'reserved', // documentation, RFC 3849
  '2002::/16': 'reserved', // 6to4, RFC 3056
  '2620:4f:8000::/48': 'reserved', // AS112, RFC 7534
  '3fff::/20': 'reserved', // documentation, RFC 9637
  '2000::/3': 'public',
  // How a network without IPv4 reaches the IPv4 internet (RFC 6052). The address inside is judged as well.
  '64:ff9b::/96': 'public',
  '::/0': 'reserved',
} satisfies Record<string, AddressKind>).map(([text, kind]) => [readRange(text), kind])

/** What stands at this address; not of an IPv4 address inside it: see `findEmbeddedIpv4`. */
export function classifyAddress(address: IpAddress): AddressKind {
  return KINDS.find(([range]) => isInRange(address, range))?.[1] ?? 'reserved'
}

/** For tables in the source: throws for a slip in one. */
export function readRange(text: string): IpRange {
  const range = parseIpRange(text)
  if (range === undefined) throw new TypeError(`${text} is not a range of addresses`)
  return range
}
