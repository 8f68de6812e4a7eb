/** Reads what a server author wrote beside a tool; a slip is an error at start, never a tool that asks for less. */
import { MOST_SECONDS, MOST_USES } from '../limits.ts'
import { growPointerTree, type PointerTree } from '../pointer/pointer-tree.ts'
import type { CompleteCapabilityRequirement } from './capability-requirement.ts'

const MEMBERS = ['object', 'free', 'uses', 'seconds', 'approval']
const DEFAULT_USES = 1
const DEFAULT_SECONDS = 60

/** Takes a `CapabilityRequirement`. Throws a `TypeError` that names what is wrong and what to write instead. */
export function completeCapabilityRequirement(value: unknown): CompleteCapabilityRequirement {
  const { object, free = [], uses = DEFAULT_USES, seconds = DEFAULT_SECONDS, approval = 'person' } = readMembers(value)
  const objects = readPointers('object', typeof object === 'string' ? [object] : object)
  const frees = readPointers('free', free)
  const objectTree = grow('object', objects)
  const freeTree = grow('free', frees)
  refuseFreeObjects(objectTree, freeTree)
  return {
    object: objects,
    free: frees,
    uses: readCount('uses', uses, MOST_USES),
    seconds: readCount('seconds', seconds, MOST_SECONDS),
    approval: readApproval(approval),
    objectTree,
    freeTree,
  }
}

function readMembers(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError("A capability requirement is an object, such as { object: '/note_id' }.")
  }
  const members = new Map<string, unknown>(Object.entries(value))
  for (const name of members.keys()) {
    if (MEMBERS.includes(name)) continue
    throw new TypeError(`A capability requirement has no member ${JSON.stringify(name)}; it has ${MEMBERS.join(', ')}.`)
  }
  if (!members.has('object')) {
    throw new TypeError(
      "A capability requirement needs 'object': the JSON pointer of the argument that names what is acted on, such as '/note_id', or [] for the tool as such.",
    )
  }
  return Object.fromEntries(members)
}

function readPointers(member: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return [...value]
  throw new TypeError(`'${member}' of a capability requirement is a list of JSON pointers, such as ['/note_id'].`)
}

function grow(member: string, pointers: readonly string[]): PointerTree<true> {
  const tree = growPointerTree(pointers.map((pointer) => [pointer, true] as const))
  if (tree.ok) return tree.value
  throw new TypeError(
    tree.reason === 'pointer'
      ? `'${member}' of a capability requirement holds what is no JSON pointer of an argument (RFC 6901); write '/note_id' for the argument note_id.`
      : `'${member}' of a capability requirement holds one pointer twice, or one inside another; keep the one that is meant.`,
  )
}

/** What is free inside of what is pinned could never be both. The other way round, the object is pinned and the rest free. */
function refuseFreeObjects(object: PointerTree<true>, free: PointerTree<true> | undefined): void {
  if (object.leaf === true && free !== undefined) {
    throw new TypeError(
      "A capability requirement has an argument both in 'object' and in 'free'; keep it in one of them.",
    )
  }
  for (const [token, branch] of object.branches) refuseFreeObjects(branch, free?.branches.get(token))
}

function readCount(member: string, value: unknown, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value
  throw new TypeError(`'${member}' of a capability requirement is a whole number from 1 to ${most}.`)
}

function readApproval(value: unknown): 'none' | 'person' {
  if (value === 'none' || value === 'person') return value
  throw new TypeError("'approval' of a capability requirement is 'none' or 'person'.")
}
