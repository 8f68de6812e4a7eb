/** Friction on a clock that the test moves, and calls in a row. */
import type { FrictionDecision } from '../decision.ts'
import { createFriction, type FrictionCall } from '../friction.ts'
import type { FrictionOptions } from '../options.ts'

/** Friction for `delete_note` unless told otherwise; decisions come at once, as the state is in memory. */
export function setUp(options: Partial<FrictionOptions> = {}) {
  const time = { now: 1_800_000_000 }
  const friction = createFriction({ tools: { delete_note: {} }, clock: () => time.now, ...options })
  const call = (tool: string, more: Partial<FrictionCall> = {}): FrictionDecision => {
    const decision = friction.decide({ client: 'agent', tool, ...more })
    if (decision instanceof Promise) throw new Error('A state in memory answers at once.')
    return decision
  }
  /** Calls `tool` up to `most` times, a second apart; yields the number of the call that got `outcome`. */
  const lean = (outcome: FrictionDecision['outcome'], most = 200, more: Partial<FrictionCall> = {}): number => {
    for (let calls = 1; calls <= most; calls += 1) {
      time.now += 1
      if (call('delete_note', more).outcome === outcome) return calls
    }
    return Number.POSITIVE_INFINITY
  }
  return { friction, time, call, lean }
}
