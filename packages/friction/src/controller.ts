/** One call of one client: judged by what was before it, then counted. A proportional controller on the tool's share. */
import { type FrictionDecision, frictionLevels, levelOf } from './decision.ts'
import type { FrictionPlan } from './plan.ts'
import {
  layOutRecord,
  placeOf,
  pushCall,
  type RecordLayout,
  readCalls,
  readController,
  readUsed,
  shareOf,
  writeController,
  writeUsed,
} from './record.ts'
import type { FrictionRecord, FrictionRecordFormat } from './state.ts'

/** A call, its tool by number. */
export interface ControlledCall {
  readonly tool: number
  /** Whether a person has approved this very call. */
  readonly approved: boolean
  /** NumericDate. */
  readonly now: number
}

/** What the controller of a tool thinks. */
export interface FrictionReading {
  /** Of the tool's latest calls, smoothed. */
  readonly share: number
  /** The greater one of the tool's and of its group's, 0 to 1. */
  readonly friction: number
}

/** Judges and counts calls on records that somebody else keeps. */
export interface FrictionController extends FrictionRecordFormat {
  /** Decides on a call and counts it, unless it is blocked: so the time that a blocked client is told is true. */
  take(record: FrictionRecord, call: ControlledCall): FrictionDecision
  /** Reads, changes nothing. */
  read(record: FrictionRecord, tool: number, now: number): FrictionReading
}

/** What a call costs at friction 0, and what is added at friction 1. */
const COST = { least: 0.5, added: 9.5 } as const

/** A record with less friction than this is not worth keeping aside. */
const WORTH_KEEPING = 0.1

/** A share below its target takes friction off faster than one above puts it on. */
const RELIEF = 2

/** Makes a controller for a plan. */
export function createController(plan: FrictionPlan): FrictionController {
  const controllers = plan.targets.length - 1
  const layout = layOutRecord(plan.tuning.window, controllers)
  const { halfLife } = plan.tuning

  const frictionAt = (record: FrictionRecord, controller: number, now: number): number =>
    controller === 0 ? 0 : readController(record, placeOf(layout, controller), { now, halfLife }).friction

  const read = (record: FrictionRecord, tool: number, now: number): FrictionReading => {
    if (tool === 0) return { share: 0, friction: 0 }
    const own = readController(record, placeOf(layout, tool), { now, halfLife })
    const friction = Math.max(own.friction, frictionAt(record, plan.groupOf[tool] ?? 0, now))
    return { share: own.average, friction }
  }

  return {
    size: layout.size,
    isPenalised: (record, now) =>
      plan.targets.some((_target, controller) => frictionAt(record, controller, now) >= WORTH_KEEPING),
    read,
    take(record, call) {
      const decision = judge(plan, record, call, read(record, call.tool, call.now).friction)
      if (decision.outcome !== 'blocked') count(plan, layout, record, call)
      return decision
    },
  }
}

function judge(
  { budget, tuning }: FrictionPlan,
  record: FrictionRecord,
  { tool, approved, now }: ControlledCall,
  friction: number,
): FrictionDecision {
  if (tool === 0) return { outcome: 'allowed', level: 'none', friction }
  const level = levelOf(friction)
  if (level === 'blocked') {
    const seconds = tuning.halfLife * Math.log2(friction / frictionLevels.blocked)
    return { outcome: 'blocked', reason: 'friction', friction, retryAfter: Math.floor(seconds) + 1 }
  }
  const used = readUsed(record, now, budget.refill) + COST.least + COST.added * friction
  if (used > budget.capacity) {
    const retryAfter = Math.floor((used - budget.capacity) / budget.refill) + 1
    return { outcome: 'blocked', reason: 'budget', friction, retryAfter }
  }
  if (level === 'high' && !approved) return { outcome: 'approval', level, friction }
  writeUsed(record, now, used)
  return { outcome: 'allowed', level, friction }
}

/** A call that waits for its approval counts too: asking again and again is leaning. */
function count(plan: FrictionPlan, layout: RecordLayout, record: FrictionRecord, { tool, now }: ControlledCall): void {
  pushCall(record, layout, tool)
  if (tool === 0) return
  adjust(plan, layout, record, { controller: tool, now })
  const group = plan.groupOf[tool] ?? 0
  if (group !== 0) adjust(plan, layout, record, { controller: group, now })
}

function adjust(
  { targets, groupOf, tuning }: FrictionPlan,
  layout: RecordLayout,
  record: FrictionRecord,
  { controller, now }: { readonly controller: number; readonly now: number },
): void {
  const place = placeOf(layout, controller)
  const before = readController(record, place, { now, halfLife: tuning.halfLife })
  const share = shareOf(record, layout, { controller, groupOf })
  const calls = readCalls(record)
  // As many steps of the average as there were calls: what a client does elsewhere brings its share down meanwhile.
  const kept = (1 - tuning.smoothing) ** (calls - before.calls)
  const average = share + kept * (before.average - share)
  const error = average - (targets[controller] ?? 0)
  const counts = calls > tuning.warmUp && Math.abs(error) > tuning.deadZone
  const change = counts ? tuning.gain * error * (error < 0 ? RELIEF : 1) : 0
  const friction = Math.min(1, Math.max(0, before.friction + change))
  writeController(record, place, { average, friction, calls, now })
}
