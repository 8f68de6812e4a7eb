/** Reads one `authorization_details` entry of the type `mcp_tool`; whatever it does not know is refused. */
import { isJsonObject, type JsonObject, type JsonValue, normaliseHttpUri } from '@countersign/core'
import type { Capability, CapabilityPlace, CapabilityRequest, CapabilityTerms } from './capability.ts'
import { isCapabilityId, isWhole } from './capability-members.ts'
import { type CapabilityResult, fail } from './capability-result.ts'
import { parseArguments } from './constraints/parse-arguments.ts'
import { copyJson } from './json/copy-json.ts'
import { entryLimits, LAST_MOMENT, MOST_SECONDS, MOST_USES } from './limits.ts'
import { parseAncestors } from './parse-ancestors.ts'

const TERMS = ['type', 'locations', 'tool', 'arguments', 'not_before', 'uses']
const members: Readonly<Record<CapabilityPlace, ReadonlySet<string>>> = {
  token: new Set([...TERMS, 'id', 'expires', 'ancestors', 'approved_at']),
  request: new Set([...TERMS, 'seconds']),
}

const MOST_TOOL_UNITS = 256
const MOST_LOCATION_UNITS = 2048

/**
 * Takes an entry of unknown origin and where it stands; yields a copy of its own in which everything is known and in
 * bounds. An id, an expiry, ancestors or an approval in a request are refused: they are not the client's to say.
 */
export function parseCapability(value: unknown, place: 'token'): CapabilityResult<Capability>
/** The same for a request or a challenge. */
export function parseCapability(value: unknown, place: 'request'): CapabilityResult<CapabilityRequest>
/** The same, wherever it stands. */
export function parseCapability(
  value: unknown,
  place: CapabilityPlace,
): CapabilityResult<Capability> | CapabilityResult<CapabilityRequest> {
  const copied = copyJson(value, entryLimits)
  if (!copied.ok) return copied
  const entry = copied.value
  if (!isJsonObject(entry) || entry.type !== 'mcp_tool') return fail('type')
  if (!Object.keys(entry).every((name) => members[place].has(name))) return fail('unknown_member')
  return place === 'token' ? readGranted(entry) : readRequested(entry)
}

function readRequested(entry: JsonObject): CapabilityResult<CapabilityRequest> {
  const terms = readTerms(entry)
  if (!terms.ok) return terms
  const { seconds } = entry
  if (!isWhole(seconds, MOST_SECONDS)) return fail('seconds')
  return { ok: true, value: { ...terms.value, seconds } }
}

function readGranted(entry: JsonObject): CapabilityResult<Capability> {
  const terms = readTerms(entry)
  if (!terms.ok) return terms
  const { id, expires, approved_at } = entry
  if (!isCapabilityId(id)) return fail('id')
  if (!isWhole(expires, LAST_MOMENT)) return fail('expires')
  if ((terms.value.not_before ?? 0) >= expires) return fail('window')
  if (approved_at !== undefined && !isWhole(approved_at, LAST_MOMENT)) return fail('approved_at')
  const granted = { ...terms.value, id, expires, ...(approved_at !== undefined && { approved_at }) }
  if (entry.ancestors === undefined) return { ok: true, value: granted }
  const ancestors = parseAncestors(entry.ancestors, granted)
  return ancestors === undefined ? fail('ancestors') : { ok: true, value: { ...granted, ancestors } }
}

function readTerms({
  locations,
  tool,
  arguments: written,
  not_before,
  uses,
}: JsonObject): CapabilityResult<CapabilityTerms> {
  const location = readLocation(locations)
  if (location === undefined) return fail('locations')
  if (typeof tool !== 'string' || tool === '' || tool.length > MOST_TOOL_UNITS) return fail('tool')
  if (!isWhole(uses, MOST_USES)) return fail('uses')
  if (not_before !== undefined && !isWhole(not_before, LAST_MOMENT)) return fail('not_before')
  const constraints = parseArguments(written)
  if (!constraints.ok) return constraints
  const terms = { type: 'mcp_tool', locations: [location], tool, arguments: constraints.value, uses } as const
  return { ok: true, value: not_before === undefined ? terms : { ...terms, not_before } }
}

/** Exactly one: a capability for several servers is one that each could use at the others (RFC 8707 §3). */
function readLocation(locations: JsonValue | undefined): string | undefined {
  if (!Array.isArray(locations) || locations.length !== 1) return undefined
  const [location] = locations
  if (typeof location !== 'string' || location.length > MOST_LOCATION_UNITS || location.includes('#')) return undefined
  return normaliseHttpUri(location) === undefined ? undefined : location
}
