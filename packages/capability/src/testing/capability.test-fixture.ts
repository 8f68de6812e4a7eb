/** Capabilities, requests, requirements and calls for tests, each with only the interesting part to be said. */
import type { JsonObject, JsonValue } from '@countersign/core'
import type { Capability, CapabilityRequest } from '../capability.ts'
import { compileCapability } from '../compile-capability.ts'
import type { ArgumentConstraints, Constraint } from '../constraint.ts'
import { type CapabilityMatch, matchCapability } from '../match-capability.ts'
import { parseCapability } from '../parse-capability.ts'
import type { CapabilityRequirement } from '../requirement/capability-requirement.ts'
import { completeCapabilityRequirement } from '../requirement/complete-requirement.ts'

export const RESOURCE = 'https://notes.example/mcp'
export const NOW = 1_800_000_000

/** An id of 128 bits that is the same for the same number. */
export function makeId(number: number): string {
  return `${String(number).padStart(21, 'a')}A`
}

/** The entry of a token that allows deleting note 42 once, before it is parsed. */
export const GRANTED = {
  type: 'mcp_tool',
  id: makeId(1),
  locations: [RESOURCE],
  tool: 'delete_note',
  arguments: { '/note_id': { equals: 42 } },
  expires: NOW + 60,
  uses: 1,
}

/** The same as it is asked for. */
export const REQUESTED = {
  type: 'mcp_tool',
  locations: [RESOURCE],
  tool: 'delete_note',
  arguments: { '/note_id': { equals: 42 } },
  seconds: 60,
  uses: 1,
}

/** A parsed capability; throws where the members make it none. */
export function makeCapability(members: Readonly<Record<string, unknown>> = {}): Capability {
  const parsed = parseCapability({ ...GRANTED, ...members }, 'token')
  if (!parsed.ok) throw new Error(`no capability: ${parsed.reason}`)
  return parsed.value
}

/** A parsed request; throws where the members make it none. */
export function makeRequest(members: Readonly<Record<string, unknown>> = {}): CapabilityRequest {
  const parsed = parseCapability({ ...REQUESTED, ...members }, 'request')
  if (!parsed.ok) throw new Error(`no request: ${parsed.reason}`)
  return parsed.value
}

/** What came of a call with these arguments, under constraints on them. */
export function matchArguments(
  constraints: ArgumentConstraints,
  args: JsonObject,
  requirement: Partial<CapabilityRequirement> = {},
): string {
  const capability = makeCapability({ arguments: constraints })
  return tell(
    matchCapability(
      compileCapability(capability),
      { resource: RESOURCE, tool: 'delete_note', arguments: args, now: NOW },
      completeCapabilityRequirement({ object: [], ...requirement }),
    ),
  )
}

/** Whether a constraint lets a value through, asked by way of a whole capability. */
export function allows(constraint: Constraint, value: JsonValue): boolean {
  return matchArguments({ '/a': constraint }, { a: value }) === 'ok'
}

/** `ok`, or the reason. */
export function tell(match: CapabilityMatch): string {
  return match.ok ? 'ok' : match.reason
}
