/** Which hosts and which addresses a fetch may reach: the public internet, and what the operator allowed. */
import { type AddressKind, classifyAddress } from './address-kind.ts'
import { type AllowEntry, parseAllowEntry } from './allow-entry.ts'
import { findEmbeddedIpv4 } from './embedded-ipv4.ts'
import type { FetchTarget } from './fetch-target.ts'
import { type IpAddress, isInRange, parseIpAddress } from './ip-address.ts'

/** The operator's entries, parsed. */
export interface Allowance {
  /** Whether an entry means the host as the URL writes it; only then plain http and every port will do. */
  names(target: FetchTarget): boolean
  /** The kind of the address that must not be reached, be it this one or one inside it; `undefined` when it may be. */
  findForbidden(target: FetchTarget, address: IpAddress): AddressKind | undefined
}

/** Takes the entries as written; throws `TypeError` for one that is none. */
export function createAllowance(texts: readonly string[]): Allowance {
  const entries = texts.map(parseAllowEntry)
  return {
    names(target) {
      const literal = parseIpAddress(target.hostname)
      return entries.some((entry) => namesHost(entry, target, literal))
    },
    findForbidden(target, address) {
      const forbidden = [address, ...findEmbeddedIpv4(address)].find((each) => {
        const kind = classifyAddress(each)
        return kind !== 'public' && !entries.some((entry) => opens(entry, target, each, kind))
      })
      return forbidden === undefined ? undefined : classifyAddress(forbidden)
    },
  }
}

// A name that merely resolves into an allowed range is anybody's: who owns the name decides where it leads.
function namesHost(entry: AllowEntry, { hostname, port }: FetchTarget, literal: IpAddress | undefined): boolean {
  if (entry.kind !== 'range' && entry.port !== undefined && entry.port !== port) return false
  return entry.kind === 'name' ? entry.name === hostname : literal !== undefined && isInRange(literal, entry.range)
}

function opens(entry: AllowEntry, { hostname, port }: FetchTarget, address: IpAddress, kind: AddressKind): boolean {
  switch (entry.kind) {
    case 'name': {
      const isNamed = entry.name === hostname && (entry.port ?? port) === port
      // An internal host has an internal address. That of a metadata service was not meant, whatever the name server says.
      return isNamed && (kind === 'private' || kind === 'loopback')
    }
    case 'address':
      return (entry.port ?? port) === port && isInRange(address, entry.range)
    case 'range':
      // Who allows 169.254.0.0/16 or fd00::/8 has not asked for the cloud's credentials to be reachable.
      return kind !== 'metadata' && isInRange(address, entry.range)
  }
}
