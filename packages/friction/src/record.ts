/** How a client's record is laid out: its budget, its latest calls, and what each controller remembers. */
import type { FrictionRecord } from './state.ts'

/** Where things are: a head of fixed length, the ring of latest calls, then 20 octets for each controller. */
export interface RecordLayout {
  /** Octets. */
  readonly size: number
  /** Calls in the ring. */
  readonly window: number
  /** Where the controllers begin. */
  readonly controllers: number
}

const USED_AT = 0
const USED = 8
const NEXT = 16
const CALLS = 18
const RING = 22
const CONTROLLER = 20
const AVERAGE = 8
const FRICTION = 12
const COUNTED = 16
const MOST_CALLS = 0xffff_ffff

/** Lays out a record; `controllers` are counted from 1. */
export function layOutRecord(window: number, controllers: number): RecordLayout {
  const start = RING + window
  return { size: start + controllers * CONTROLLER, window, controllers: start - CONTROLLER }
}

/** What is used of the budget, after what has come back since. */
export function readUsed({ view, at }: FrictionRecord, now: number, refill: number): number {
  const elapsed = sinceThen(now, view.getFloat64(at + USED_AT))
  return Math.max(0, view.getFloat64(at + USED) - elapsed * refill)
}

/** Seconds gone by; none for a clock that went back, or that shows no time at all. */
function sinceThen(now: number, then: number): number {
  return now > then ? now - then : 0
}

/** Writes what is used of the budget now. */
export function writeUsed({ view, at }: FrictionRecord, now: number, used: number): void {
  view.setFloat64(at + USED_AT, now)
  view.setFloat64(at + USED, used)
}

/** How many calls there were, up to 4,294,967,295. */
export function readCalls({ view, at }: FrictionRecord): number {
  return view.getUint32(at + CALLS)
}

/** Puts a call into the ring, over the oldest; `tool` is a number up to 255. */
export function pushCall({ view, at }: FrictionRecord, { window }: RecordLayout, tool: number): void {
  const next = view.getUint16(at + NEXT)
  view.setUint8(at + RING + next, tool)
  view.setUint16(at + NEXT, next + 1 === window ? 0 : next + 1)
  view.setUint32(at + CALLS, Math.min(MOST_CALLS, view.getUint32(at + CALLS) + 1))
}

/** The share of the latest calls whose tool's number is `wanted`, or is put into that group by `groupOf`. */
export function shareOf(
  { view, at }: FrictionRecord,
  { window }: RecordLayout,
  wanted: { readonly controller: number; readonly groupOf: readonly number[] },
): number {
  const calls = Math.min(window, view.getUint32(at + CALLS))
  const { controller, groupOf } = wanted
  let found = 0
  for (let place = at + RING; place < at + RING + calls; place += 1) {
    const tool = view.getUint8(place)
    if (tool === controller || (tool !== 0 && groupOf[tool] === controller)) found += 1
  }
  return calls === 0 ? 0 : found / calls
}

/** What a controller remembers. */
export interface ControllerMemory {
  /** The moving average of the share. */
  readonly average: number
  /** 0 to 1, as of now. */
  readonly friction: number
  /** How many calls the client had made when this was written. */
  readonly calls: number
}

/** Reads a controller, its friction less what time has taken. */
export function readController(
  { view, at }: FrictionRecord,
  place: number,
  { now, halfLife }: { readonly now: number; readonly halfLife: number },
): ControllerMemory {
  const elapsed = sinceThen(now, view.getFloat64(at + place))
  const kept = view.getFloat32(at + place + FRICTION)
  return {
    average: view.getFloat32(at + place + AVERAGE),
    friction: kept === 0 ? 0 : kept * 2 ** (-elapsed / halfLife),
    calls: view.getUint32(at + place + COUNTED),
  }
}

/** Writes a controller as of now. */
export function writeController(
  { view, at }: FrictionRecord,
  place: number,
  { average, friction, calls, now }: ControllerMemory & { readonly now: number },
): void {
  view.setFloat64(at + place, now)
  view.setFloat32(at + place + AVERAGE, average)
  view.setFloat32(at + place + FRICTION, friction)
  view.setUint32(at + place + COUNTED, calls)
}

/** Where a controller is, by its number. */
export function placeOf({ controllers }: RecordLayout, controller: number): number {
  return controllers + controller * CONTROLLER
}
