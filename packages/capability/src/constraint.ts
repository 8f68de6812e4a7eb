/** What an argument may be: exactly one kind of constraint each. The names are those of the wire. */
import type { JsonValue } from '@countersign/core'

/** This value and no other; members of objects in any order, everything else to the letter. */
export interface EqualsConstraint {
  readonly equals: JsonValue
}

/** One of these values, compared as with `equals`. */
export interface OneOfConstraint {
  readonly one_of: readonly JsonValue[]
}

/** A string that begins with this one, code unit by code unit. */
export interface PrefixConstraint {
  readonly prefix: string
}

/** A string of at most 1024 UTF-16 units that matches as a whole; RE2 syntax, linear time. */
export interface PatternConstraint {
  readonly pattern: string
}

/** A number between these, both included; with `integer` a whole one. At least one bound is there. */
export interface RangeConstraint {
  readonly range: {
    readonly min?: number
    readonly max?: number
    readonly integer?: boolean
  }
}

/** An array, each member of which is one of these values; also the empty one. */
export interface SubsetConstraint {
  readonly subset_of: readonly JsonValue[]
}

/** A POSIX path that is this one or lies below it, without dot segments or anything that is decoded later. */
export interface PathConstraint {
  readonly within_path: string
}

/** An https URL without user information, on the default port, whose host is exactly one of these. */
export interface UrlHostConstraint {
  readonly url_host: readonly string[]
}

/** What one argument may be. */
export type Constraint =
  | EqualsConstraint
  | OneOfConstraint
  | PrefixConstraint
  | PatternConstraint
  | RangeConstraint
  | SubsetConstraint
  | PathConstraint
  | UrlHostConstraint

/** Constraints by the JSON pointer (RFC 6901) of the argument, such as `/note_id`. No pointer lies inside another. */
export type ArgumentConstraints = Readonly<Record<string, Constraint>>
