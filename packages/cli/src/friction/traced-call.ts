/** One line of a trace. */
import { isJsonObject, type JsonObject, type JsonValue, parseStrictJson } from '@countersign/core'
import type { TracedCall } from '@countersign/friction'

/** A call, or what is wrong with the line, in words. */
export type TracedCallResult =
  | { readonly ok: true; readonly call: TracedCall; readonly isMoment: boolean }
  | { readonly ok: false; readonly fault: string }

/** UTF-16 units of a name. */
const LONGEST_NAME = 1024

const MEMBERS = ['time', 'tool', 'client', 'approved']

/** ISO 8601 with a zone, as `Date` writes it and logs do. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/

/** Reads a line. `isMoment` tells that its time is one of a calendar, in seconds since 1970. */
export function parseTracedCall(line: string): TracedCallResult {
  const json = parseStrictJson(line, { maxDepth: 8 })
  if (!json.ok) return fault(json.reason === 'syntax' ? 'is not JSON' : `is no JSON to rely on (${json.reason})`)
  const value = json.value
  if (!isJsonObject(value)) return fault('is no JSON object')
  const strange = Object.keys(value).find((member) => !MEMBERS.includes(member))
  if (strange !== undefined) return fault(`has a member ${quote(strange)}; there are ${MEMBERS.join(', ')}`)
  return readMembers(value)
}

function readMembers(line: JsonObject): TracedCallResult {
  const [time, tool, client, approved] = MEMBERS.map((member) => own(line, member))
  const seconds = readTime(time)
  if (seconds === undefined) return fault('has no `time`, in seconds or as a moment such as "2026-01-31T12:00:00Z"')
  if (!isName(tool)) return fault('has no `tool`, a name')
  if (client !== undefined && !isName(client)) return fault('has a `client` that is no name')
  if (approved !== undefined && typeof approved !== 'boolean')
    return fault('has an `approved` that is not true or false')
  const optional = { ...(client !== undefined && { client }), ...(approved !== undefined && { approved }) }
  return { ok: true, call: { time: seconds, tool, ...optional }, isMoment: typeof time === 'string' }
}

function own(value: JsonObject, member: string): JsonValue | undefined {
  return Object.hasOwn(value, member) ? value[member] : undefined
}

function readTime(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'number') return value
  const time = typeof value === 'string' && MOMENT.test(value) ? Date.parse(value) / 1000 : Number.NaN
  return Number.isFinite(time) ? time : undefined
}

function isName(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME
}

function fault(words: string): TracedCallResult {
  return { ok: false, fault: words }
}

/** Somebody else's text, short and on one line. */
function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
