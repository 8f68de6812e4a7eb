/** What a tool asks of a client that leans on it: nothing, a person's approval, or time. */
import { type Awaitable, type Clock, systemClock } from '@countersign/core'
import { type ControlledCall, createController, type FrictionReading } from './controller.ts'
import type { FrictionDecision } from './decision.ts'
import { createMemoryFrictionState } from './memory-state.ts'
import { type FrictionOptions, requireMembers } from './options.ts'
import { planFriction } from './plan.ts'

/** A call of a tool. */
export interface FrictionCall {
  /** Who leans: the `client_id`, or whatever else is to be judged on its own; at most 1024 characters. */
  readonly client: string
  readonly tool: string
  /** Whether a person has approved this very call, just now. */
  readonly approved?: boolean
}

/** The friction of all tools of one server. */
export interface Friction {
  /**
   * Decides on a call and counts it, in one step: calls that come at once are judged one after another. Comes at once
   * with a state in memory; never throws and never rejects, see `whenUnavailable`.
   */
  decide(call: FrictionCall): Awaitable<FrictionDecision>
  /** What a client's friction is now; changes nothing. Rejects or throws when the state cannot be had. */
  read(client: string, tool: string): Awaitable<FrictionReading>
}

const LONGEST_CLIENT = 1024

/** Seconds after which to ask again for what nobody can say now. */
const UNAVAILABLE = 5

/** Sets friction up. Throws a `TypeError` that names cause and cure for options that make no sense. */
export function createFriction(options: FrictionOptions): Friction {
  requireMembers(options, 'options', 'Friction')
  const { state = createMemoryFrictionState(), whenUnavailable = 'refuse' } = options
  if (whenUnavailable !== 'refuse' && whenUnavailable !== 'allow') {
    throw new TypeError("`whenUnavailable` is 'refuse' or 'allow'.")
  }
  const clock: Clock = options.clock ?? systemClock
  const plan = planFriction(options)
  const controller = createController(plan)
  const records = state.open(controller)
  const withoutState = whenUnavailable === 'allow' ? LET_THROUGH : block('unavailable')

  return {
    decide({ client, tool, approved = false }) {
      // Nothing is kept under it: that many octets for each client are somebody's attempt at our memory.
      if (client.length > LONGEST_CLIENT) return block('client_id')
      const call: ControlledCall = { tool: plan.indexOf(tool), approved: approved === true, now: clock() }
      try {
        const decided = records.update(client, call.now, (record) => controller.take(record, call))
        return 'then' in decided ? decided.then(undefined, () => withoutState) : decided
      } catch {
        return withoutState
      }
    },
    read(client, tool) {
      const now = clock()
      return records.update(client, now, (record) => controller.read(record, plan.indexOf(tool), now))
    },
  }
}

const LET_THROUGH: FrictionDecision = { outcome: 'allowed', level: 'none', friction: 0 }

function block(reason: 'unavailable' | 'client_id'): FrictionDecision {
  return { outcome: 'blocked', reason, friction: 0, retryAfter: UNAVAILABLE }
}
