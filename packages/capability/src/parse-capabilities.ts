/** Reads `authorization_details` (RFC 9396 §2) for the capabilities in it. */
import type { Capability, CapabilityPlace, CapabilityRequest } from './capability.ts'
import { type CapabilityResult, fail } from './capability-result.ts'
import { MOST_ENTRIES } from './limits.ts'
import { parseCapability } from './parse-capability.ts'

/**
 * Takes the value of the claim or parameter, `undefined` when there is none. One malformed entry of ours spoils the
 * whole list: nobody can say what else was meant. Entries of other types are passed over in a token, where they may be
 * for somebody else, and refused in a request (`unknown_type`, RFC 9396 §5). Two capabilities of one id are refused.
 */
export function parseCapabilities(details: unknown, place: 'token'): CapabilityResult<readonly Capability[]>
/** The same for a request or a challenge. */
export function parseCapabilities(details: unknown, place: 'request'): CapabilityResult<readonly CapabilityRequest[]>
/** The same, wherever it stands. */
export function parseCapabilities(
  details: unknown,
  place: CapabilityPlace,
): CapabilityResult<readonly Capability[]> | CapabilityResult<readonly CapabilityRequest[]> {
  if (details === undefined) return { ok: true, value: [] }
  if (!Array.isArray(details) || details.length > MOST_ENTRIES) return fail('list')
  return place === 'token' ? readGrantedList(details) : readRequestedList(details)
}

function readGrantedList(details: readonly unknown[]): CapabilityResult<readonly Capability[]> {
  const capabilities: Capability[] = []
  for (const entry of details) {
    const type = readType(entry)
    if (type === undefined) return fail('list')
    if (type !== 'mcp_tool') continue
    const parsed = parseCapability(entry, 'token')
    if (!parsed.ok) return parsed
    capabilities.push(parsed.value)
  }
  const ids = new Set(capabilities.map(({ id }) => id))
  return ids.size < capabilities.length ? fail('duplicate_id') : { ok: true, value: capabilities }
}

function readRequestedList(details: readonly unknown[]): CapabilityResult<readonly CapabilityRequest[]> {
  const requests: CapabilityRequest[] = []
  for (const entry of details) {
    const type = readType(entry)
    if (type === undefined) return fail('list')
    if (type !== 'mcp_tool') return fail('unknown_type')
    const parsed = parseCapability(entry, 'request')
    if (!parsed.ok) return parsed
    requests.push(parsed.value)
  }
  return { ok: true, value: requests }
}

/** An entry without a type is no entry at all (RFC 9396 §2). */
function readType(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null || !Object.hasOwn(entry, 'type') || !('type' in entry))
    return undefined
  return typeof entry.type === 'string' ? entry.type : undefined
}
