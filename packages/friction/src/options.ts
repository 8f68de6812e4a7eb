/** How friction is set up: which tools have it, and how fast it grows and goes. */
import type { Clock } from '@countersign/core'
import type { FrictionState } from './state.ts'

/** One tool that has friction. */
export interface ToolFriction {
  /** The share of a client's calls, above 0 and below 1, that it may have for nothing; 0.05 where left out. */
  readonly target?: number
  /** Tools of one group are also judged together, so that pressure cannot be moved from one to the next. */
  readonly group?: string
}

/** The numbers of the controller. */
export interface FrictionTuning {
  /** How many of a client's latest calls its shares are taken over; 100, at most 1000. */
  readonly window?: number
  /** The weight of the newest share in the moving average, above 0 and at most 1; 0.15. */
  readonly smoothing?: number
  /** How much one call adds for a share that is over its target by all of it; 0.08. */
  readonly gain?: number
  /** Shares this near to their target change nothing; 0.01. */
  readonly deadZone?: number
  /** How many calls of a client go by before any counts; 20. */
  readonly warmUp?: number
  /** Seconds without calls in which friction halves; 693, which is exp(-0.001) a second. */
  readonly halfLife?: number
}

/** What calls are paid from: each costs 0.5, and up to 10 where friction is 1. */
export interface FrictionBudget {
  /** What a client has at first, and at most; 100, at least 10. */
  readonly capacity?: number
  /** What comes back in a second; 1. */
  readonly refill?: number
}

/** How friction is set up. */
export interface FrictionOptions {
  /** The tools that have it, at least one, at most 200; calls of others count as what these have a share of. */
  readonly tools: Readonly<Record<string, ToolFriction>>
  /** The target of each group that has one of its own; 0.20 where left out. */
  readonly groups?: Readonly<Record<string, { readonly target?: number }>>
  readonly tuning?: FrictionTuning
  readonly budget?: FrictionBudget
  /** What calls get while the state cannot be had: `refuse` where left out. */
  readonly whenUnavailable?: 'refuse' | 'allow'
  /** In memory where left out. */
  readonly state?: FrictionState
  readonly clock?: Clock
}

/** The part of the options that says what is done with a call. */
export type FrictionRules = Pick<FrictionOptions, 'tools' | 'groups' | 'tuning' | 'budget'>

const MEMBERS = {
  options: ['tools', 'groups', 'tuning', 'budget', 'whenUnavailable', 'state', 'clock'],
  tool: ['target', 'group'],
  group: ['target'],
  tuning: ['window', 'smoothing', 'gain', 'deadZone', 'warmUp', 'halfLife'],
  budget: ['capacity', 'refill'],
} as const

/** A misspelt member would ask for nothing, so it is an error. */
export function requireMembers(value: object, kind: keyof typeof MEMBERS, where: string): void {
  const known: readonly string[] = MEMBERS[kind]
  const strange = Object.keys(value).find((member) => !known.includes(member))
  if (strange === undefined) return
  throw new TypeError(`${where} has no member "${strange}"; its members are ${known.join(', ')}.`)
}

/** Bounds of a number; `integer` where only whole ones make sense. */
export interface Bounds {
  readonly above?: number
  readonly least?: number
  readonly most: number
  readonly integer?: boolean
}

/** Yields the number, or throws a `TypeError` that says what it may be. */
export function requireNumber(value: number, where: string, bounds: Bounds): number {
  const { above = Number.NEGATIVE_INFINITY, least = Number.NEGATIVE_INFINITY, most, integer = false } = bounds
  if (value > above && value >= least && value <= most && (!integer || Number.isInteger(value))) return value
  const lower = bounds.above === undefined ? `at least ${least}` : `above ${above}`
  throw new TypeError(`${where} must be ${integer ? 'a whole number' : 'a number'}, ${lower} and at most ${most}.`)
}
