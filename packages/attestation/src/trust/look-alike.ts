/** Strangers whose names were made to be read as a trusted issuer's: refused like any stranger, but named in the event. */
import { makeSkeleton } from './skeleton.ts'

/**
 * `same_host`: another path, port, scheme, case or a trailing full stop. `confusable`: letters that pass for others.
 * `edit`: one letter put in, left out, changed or swapped. `embedded`: the trusted name inside another host's.
 */
export type LookAlikeKind = 'same_host' | 'confusable' | 'edit' | 'embedded'

/** Whom a stranger resembles; both members are from our own configuration and source. */
export interface LookAlike {
  readonly issuer: string
  readonly how: LookAlikeKind
}

/** Finds the trusted issuer that an unknown one resembles. */
export type FindLookAlike = (stranger: string) => LookAlike | undefined

/** Shorter names are one letter away from too many others. */
const SHORTEST_NAME = 5
/** RFC 1035 §2.3.4. */
const LONGEST_HOST = 255

/**
 * Takes the exact issuers of a trust list. The index is made when first asked, and one question then costs the same
 * whatever the length of the list: strangers come in storms.
 */
export function createLookAlikeFinder(issuers: readonly string[]): FindLookAlike {
  let index: LookAlikeIndex | undefined
  return (stranger) => {
    index ??= buildIndex(issuers)
    return findIn(index, stranger)
  }
}

interface LookAlikeIndex {
  readonly hosts: ReadonlyMap<string, string>
  readonly skeletons: ReadonlyMap<string, string>
  readonly names: ReadonlyMap<string, string>
  /** Every name with up to one letter left out: two names that share an entry are one edit apart, or nearly. */
  readonly shortened: ReadonlyMap<string, string>
}

function buildIndex(issuers: readonly string[]): LookAlikeIndex {
  const hosts = new Map<string, string>()
  const skeletons = new Map<string, string>()
  const names = new Map<string, string>()
  const shortened = new Map<string, string>()
  for (const issuer of issuers) {
    const host = readHost(issuer)
    const skeleton = makeSkeleton(host)
    const name = readName(skeleton)
    hosts.set(host, issuer)
    skeletons.set(skeleton, issuer)
    if (name.length < SHORTEST_NAME) continue
    names.set(name, issuer)
    // As written and as it looks: an edit can make or break a pair of letters that looks like one.
    for (const variant of [...shorten(name), ...shorten(readName(host))]) shortened.set(variant, issuer)
  }
  return { hosts, skeletons, names, shortened }
}

function findIn({ hosts, skeletons, names, shortened }: LookAlikeIndex, stranger: string): LookAlike | undefined {
  const host = readHost(stranger)
  const same = hosts.get(host)
  if (same !== undefined) return { issuer: same, how: 'same_host' }
  const skeleton = makeSkeleton(host)
  const looksSame = skeletons.get(skeleton)
  if (looksSame !== undefined) return { issuer: looksSame, how: 'confusable' }
  const name = readName(skeleton)
  const plainName = readName(host)
  const named = names.get(name)
  // The trusted name itself under another ending is a borrowed name; the same look in other letters is a counterfeit.
  if (named !== undefined) {
    const isBorrowed = readName(readHost(named)) === plainName
    return { issuer: named, how: isBorrowed ? 'embedded' : 'confusable' }
  }
  for (const part of makeSkeleton(readAuthority(stranger)).split(/[^\p{L}\p{N}]+/u)) {
    const inside = names.get(part)
    if (inside !== undefined) return { issuer: inside, how: 'embedded' }
  }
  if (name.length < SHORTEST_NAME) return undefined
  for (const variant of [...shorten(name), ...shorten(plainName)]) {
    const near = shortened.get(variant)
    if (near !== undefined) return { issuer: near, how: 'edit' }
  }
  return undefined
}

/** Scheme and path taken off; user information stays, it is a place to hide a trusted name in. */
function readAuthority(issuer: string): string {
  const rest = issuer.slice(0, 2048).replace(/^[a-z][a-z0-9+.-]*:[/\\]*/i, '')
  return rest.split(/[/\\?#]/)[0]?.slice(0, 2 * LONGEST_HOST) ?? ''
}

function readHost(issuer: string): string {
  const authority = readAuthority(issuer)
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, '')
  return host.slice(0, LONGEST_HOST).toLowerCase().replace(/\.+$/, '')
}

/** The label that people know somebody by: the one before the ending, where `co.uk` and its like count as one ending. */
function readName(host: string): string {
  const labels = host.split('.')
  const last = labels.at(-1) ?? ''
  const second = labels.at(-2) ?? last
  const isLongEnding = last.length === 2 && second.length <= 3 && labels.length > 2
  return isLongEnding ? (labels.at(-3) ?? second) : second
}

function shorten(name: string): readonly string[] {
  return [name, ...Array.from(name, (_, i) => name.slice(0, i) + name.slice(i + 1))]
}
