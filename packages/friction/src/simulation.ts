/** How a trace of calls meets a configuration: what would have happened, call by call. */
import { createController } from './controller.ts'
import { type FrictionDecision, type FrictionLevel, levelOf } from './decision.ts'
import type { FrictionCall } from './friction.ts'
import type { FrictionRules } from './options.ts'
import { planFriction } from './plan.ts'
import type { FrictionRecord } from './state.ts'

/** A call of a trace. */
export interface TracedCall extends Pick<FrictionCall, 'tool' | 'approved'> {
  /** Seconds, from wherever the trace counts. */
  readonly time: number
  /** One and the same where left out. */
  readonly client?: string
}

/** What became of it. */
export interface SimulatedCall {
  readonly time: number
  readonly client: string
  readonly tool: string
  /** The smoothed share of the client's calls, after this one. */
  readonly share: number
  /** 0 to 1, after this call. */
  readonly friction: number
  /** After this call. */
  readonly level: FrictionLevel
  readonly decision: FrictionDecision
}

/**
 * Runs a trace, in its own order, from nothing. Throws a `TypeError` for rules that make no sense, and
 * for a call without a time.
 */
export function simulateFriction(trace: readonly TracedCall[], rules: FrictionRules): readonly SimulatedCall[] {
  const plan = planFriction(rules)
  const controller = createController(plan)
  const records = new Map<string, FrictionRecord>()
  return trace.map(({ time, client = 'client', tool, approved = false }, position) => {
    if (!Number.isFinite(time)) throw new TypeError(`Call ${position + 1} of the trace has no \`time\` in seconds.`)
    const record = records.get(client) ?? { view: new DataView(new ArrayBuffer(controller.size)), at: 0 }
    records.set(client, record)
    const index = plan.indexOf(tool)
    const decision = controller.take(record, { tool: index, approved, now: time })
    const { share, friction } = controller.read(record, index, time)
    return { time, client, tool, share, friction, level: levelOf(friction), decision }
  })
}
