/** How often a user name may be tried. */
import { normaliseName } from '../store/users.ts'

/** Bounds failed logins by user name, and how many passwords are hashed at once. */
export interface LoginAttempts {
  /** False when the name failed too often lately, or too many logins wait already. */
  begin(name: string): boolean
  /** Ends what `begin` allowed. */
  end(name: string, succeeded: boolean): void
}

const MAX_FAILURES = 10
const WINDOW_SECONDS = 300
/** Each holds 19 MiB while it is hashed. */
const MAX_CONCURRENT = 16
const MAX_NAMES = 10_000

/** Creates the bounds, in memory. `now` yields seconds. */
export function createLoginAttempts(now: () => number): LoginAttempts {
  const failures = new Map<string, { count: number; since: number }>()
  let running = 0

  const current = (name: string) => {
    const entry = failures.get(name)
    return entry !== undefined && now() - entry.since < WINDOW_SECONDS ? entry : undefined
  }
  return {
    begin(name) {
      const failed = current(normaliseName(name))?.count ?? 0
      if (failed >= MAX_FAILURES || running >= MAX_CONCURRENT) return false
      running++
      return true
    },
    end(name, succeeded) {
      running--
      const key = normaliseName(name)
      const entry = current(key)
      failures.delete(key)
      if (succeeded) return
      const [oldest] = failures.keys()
      if (failures.size >= MAX_NAMES && oldest !== undefined) failures.delete(oldest)
      failures.set(key, entry === undefined ? { count: 1, since: now() } : { ...entry, count: entry.count + 1 })
    },
  }
}
