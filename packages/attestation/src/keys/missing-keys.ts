/** Key ids that were looked for in vain: asking again at once would find nothing either. */
import type { Clock } from '@countersign/core'

/** Ids remembered at once: more than that is a storm, which the budget of fetches is for. */
const CAPACITY = 1024

/** A negative cache. */
export interface MissingKeys {
  /** False when the id is known to be missing; else it counts as missing for the time to come. */
  add(keyId: string): boolean
}

/** `rest` in seconds. */
export function createMissingKeys(rest: number, clock: Clock): MissingKeys {
  const until = new Map<string, number>()
  return {
    add(keyId) {
      const now = clock()
      const known = until.get(keyId)
      if (known !== undefined && now < known) return false
      until.delete(keyId)
      until.set(keyId, now + rest)
      const [oldest] = until.size > CAPACITY ? until.keys() : []
      if (oldest !== undefined) until.delete(oldest)
      return true
    },
  }
}
