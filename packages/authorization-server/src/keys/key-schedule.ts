/** When a signing key is what: next, then active, then retired, by the time alone. */

/** What a schedule is made from. */
export interface ScheduledKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string
  /** From then on it signs, NumericDate. */
  readonly activeFrom: number
}

/** `next`: published, so that everybody knows it in time. `active`: signs. `retired`: its last tokens live. */
export type KeyState = 'next' | 'active' | 'retired'

/** The keys at one moment, each with its state and, where it has been followed by another, when it is published no more. */
export interface KeySchedule<Key> {
  readonly published: readonly { readonly key: Key; readonly state: KeyState; readonly publishedUntil?: number }[]
  /** Those that nobody needs any more. */
  readonly gone: readonly Key[]
}

/**
 * Arranges keys: the newest whose time has come is active. `published` begins with the active one; it is empty only
 * where there are no keys.
 */
export function scheduleKeys<Key extends ScheduledKey>(
  keys: readonly Key[],
  now: number,
  retireAfterSeconds: number,
): KeySchedule<Key> {
  const ordered = [...keys].sort((one, two) => one.activeFrom - two.activeFrom || (one.kid < two.kid ? -1 : 1))
  // Where a clock is behind, the oldest key signs: one has to.
  const place = Math.max(
    ordered.findLastIndex(({ activeFrom }) => activeFrom <= now),
    0,
  )
  const placed = ordered.map((key, index) => {
    const followed = ordered[index + 1]
    const publishedUntil = followed === undefined ? undefined : followed.activeFrom + retireAfterSeconds
    const state: KeyState = index < place ? 'retired' : index === place ? 'active' : 'next'
    return { key, state, ...(publishedUntil !== undefined && { publishedUntil }) }
  })
  const isGone = ({ state, publishedUntil }: (typeof placed)[number]) =>
    state === 'retired' && publishedUntil !== undefined && publishedUntil <= now
  const standing = placed.filter((entry) => !isGone(entry))
  const rank = { active: 0, next: 1, retired: 2 }
  return {
    published: standing.sort((one, two) => rank[one.state] - rank[two.state]),
    gone: placed.filter(isGone).map(({ key }) => key),
  }
}
