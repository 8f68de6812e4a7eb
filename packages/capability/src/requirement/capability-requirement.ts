/** What a server author writes beside a tool: which capability a call of it needs. */
import type { PointerTree } from '../pointer/pointer-tree.ts'

/** Whatever is left out has the value that grants the least. */
export interface CapabilityRequirement {
  /**
   * JSON pointers (RFC 6901) of the arguments that name what is acted on, such as `/note_id`. A capability has to pin
   * each with `equals`. An empty list asks for a capability for the tool as such.
   */
  readonly object: string | readonly string[]
  /** JSON pointers of arguments that may be anything, and of all below them; they may be left out too. */
  readonly free?: readonly string[]
  /** How many uses are asked for, 1 by default, 1000 at most. */
  readonly uses?: number
  /** For how many seconds, 60 by default, 3600 at most. */
  readonly seconds?: number
  /** Whether a person has to say yes (the default), or what a token holds may be narrowed to it unattended. */
  readonly approval?: 'none' | 'person'
}

/** A requirement with nothing left out: see `completeCapabilityRequirement`. */
export interface CompleteCapabilityRequirement {
  readonly object: readonly string[]
  readonly free: readonly string[]
  readonly uses: number
  readonly seconds: number
  readonly approval: 'none' | 'person'
  /** `object` as a tree. */
  readonly objectTree: PointerTree<true>
  /** `free` as a tree. */
  readonly freeTree: PointerTree<true>
}
