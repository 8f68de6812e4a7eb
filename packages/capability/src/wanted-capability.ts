/** The capability that a call lacks: what a server's challenge asks for, and what a client asks for on the strength of it. */
import type { JsonValue } from '@countersign/core'
import type { CapabilityRequest, ToolCall } from './capability.ts'
import { type CapabilityFault, type CapabilityResult, fail } from './capability-result.ts'

import { compileTests } from './compile-capability.ts'
import { judgeArguments } from './judge-arguments.ts'
import { parseCapability } from './parse-capability.ts'
import { extendPointer } from './pointer/json-pointer.ts'
import type { PointerTree } from './pointer/pointer-tree.ts'
import type { CompleteCapabilityRequirement } from './requirement/capability-requirement.ts'

/** Why there is nothing to ask for: the arguments do not name what is acted on, or the entry would be out of bounds. */
export type WantedFault = CapabilityFault | 'object'

/**
 * Takes a requirement and the call that came; yields the entry for exactly this call: every argument that is not free
 * is pinned to what it is.
 */
export function describeWantedCapability(
  requirement: CompleteCapabilityRequirement,
  call: ToolCall,
): CapabilityResult<CapabilityRequest, WantedFault> {
  const pins = new Map<string, JsonValue>()
  const say = { object: requirement.objectTree, free: requirement.freeTree }
  pinArguments({ value: call.arguments, pointer: '', ...say }, pins)
  if (!requirement.object.every((pointer) => pins.has(pointer))) return fail('object')
  return parseCapability(
    {
      type: 'mcp_tool',
      locations: [call.resource],
      tool: call.tool,
      arguments: Object.fromEntries([...pins].map(([pointer, value]) => [pointer, { equals: value }])),
      uses: requirement.uses,
      seconds: requirement.seconds,
    },
    'request',
  )
}

/** A value, where it stands, and what the requirement says of it or of what is below it. */
interface Place {
  readonly value: JsonValue
  readonly pointer: string
  readonly object: PointerTree<true> | undefined
  readonly free: PointerTree<true> | undefined
}

function pinArguments({ value, pointer, object, free }: Place, pins: Map<string, JsonValue>): void {
  const isFree = free?.leaf === true
  const isSplit = object?.leaf !== true && (object !== undefined || free !== undefined)
  if (isFree && object === undefined) return
  if (!isSplit || typeof value !== 'object' || value === null) {
    pins.set(pointer, value)
    return
  }
  for (const [name, part] of Object.entries(value)) {
    pinArguments(
      {
        value: part,
        pointer: extendPointer(pointer, name),
        object: object?.branches.get(name),
        free: isFree ? free : free?.branches.get(name),
      },
      pins,
    )
  }
}

/** What a client would ask for unattended, at the most. */
export interface WantedLimits {
  /** 1 by default. */
  readonly uses?: number
  /** 60 by default. */
  readonly seconds?: number
}

/** Why an entry is not what the call needs: malformed, for something else, or for more or later than was meant. */
export type UnwantedReason = CapabilityFault | 'resource' | 'tool' | 'argument' | 'uses' | 'seconds' | 'not_before'

const ALL_FREE: PointerTree<true> = { leaf: true, branches: new Map() }

/**
 * Takes the untrusted entry of a challenge and the call that it answers; yields the entry as parsed when it is for this
 * very call: same server and tool, every constraint an `equals` of an argument that was just sent, good from now on, and
 * no more uses or time than the limits. What it leaves open is only of use if the server has declared it as free.
 */
export function equalsWantedCapability(
  entry: unknown,
  call: ToolCall,
  { uses = 1, seconds = 60 }: WantedLimits = {},
): CapabilityResult<CapabilityRequest, UnwantedReason> {
  const parsed = parseCapability(entry, 'request')
  if (!parsed.ok) return parsed
  const wanted = parsed.value
  if (wanted.locations[0] !== call.resource) return fail('resource')
  if (wanted.tool !== call.tool) return fail('tool')
  if (!Object.values(wanted.arguments).every((constraint) => 'equals' in constraint)) return fail('argument')
  if (judgeArguments(compileTests(wanted), call.arguments, ALL_FREE) !== undefined) return fail('argument')
  if (wanted.not_before !== undefined) return fail('not_before')
  if (wanted.uses > uses) return fail('uses')
  return wanted.seconds > seconds ? fail('seconds') : parsed
}
