/** Whether the deployment can serve right now: its stores, its issuer's keys and its clock are asked, not assumed. */
import type { Clock } from '@countersign/core'

/** What is asked: a check that yields `false`, rejects, or takes longer than `PATIENCE_MS`, has failed. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<boolean>>>

/** The answer. */
export interface Readiness {
  readonly ready: boolean
  readonly checks: Readonly<Record<string, 'ok' | 'failed'>>
}

/** For how long an answer is good, in seconds: however often anybody asks, the stores are written to once in that time. */
const GOOD_FOR = 1
const PATIENCE_MS = 2_000

/** Yields a function that tells; those who ask at once share one answer. */
export function createReadiness(checks: ReadinessChecks, clock: Clock): () => Promise<Readiness> {
  let asked = Number.NEGATIVE_INFINITY
  let answer: Promise<Readiness> | undefined
  return () => {
    const now = clock()
    // Also when the clock was set back.
    if (answer === undefined || Math.abs(now - asked) >= GOOD_FOR) {
      asked = now
      answer = runChecks(checks)
    }
    return answer
  }
}

async function runChecks(checks: ReadinessChecks): Promise<Readiness> {
  const outcomes = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await passes(check)] as const),
  )
  return {
    ready: outcomes.every(([, passed]) => passed),
    checks: Object.fromEntries(outcomes.map(([name, passed]) => [name, passed ? 'ok' : 'failed'])),
  }
}

async function passes(check: () => Promise<boolean>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), PATIENCE_MS)
  try {
    return await Promise.race([check(), late.promise])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}
