/** How often a user name may be tried, at all processes together. */
import { digestId } from '../store/artefact-store.ts'
import { normaliseName } from '../store/users.ts'

/** What a store keeps of attempts, by the digest of a name. All reject when it cannot answer. */
export interface AttemptRows {
  /** Counts one more since the first of a window, which ends at `until` where it begins now, and yields how many there are. */
  count(name: string, times: { readonly now: number; readonly until: number }): Promise<number>
  forget(name: string): Promise<void>
}

/** Bounds failed logins by user name, and how many passwords are hashed at once. */
export interface LoginAttempts {
  /** False when the name failed too often lately, or too many logins wait already. */
  begin(name: string): Promise<boolean>
  /** Ends what `begin` allowed. */
  end(name: string, succeeded: boolean): Promise<void>
}

const MAX_FAILURES = 10
const WINDOW_SECONDS = 300
/** In one process. Each holds 19 MiB while it is hashed. */
const MAX_CONCURRENT = 16

/** Creates the bounds. `now` yields a NumericDate. */
export function createLoginAttempts(rows: AttemptRows, now: () => number): LoginAttempts {
  const digest = (name: string) => digestId(normaliseName(name))
  let running = 0
  return {
    async begin(name) {
      if (running >= MAX_CONCURRENT) return false
      running++
      try {
        // Counted before it is known to fail: of many at once, no more than these are tried.
        const time = Math.floor(now())
        const count = await rows.count(digest(name), { now: time, until: time + WINDOW_SECONDS })
        if (count <= MAX_FAILURES) return true
      } catch (error) {
        running--
        throw error
      }
      running--
      return false
    },
    async end(name, succeeded) {
      running--
      if (succeeded) await rows.forget(digest(name))
    },
  }
}
