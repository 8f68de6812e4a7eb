/** Tells calls of a server apart: the same tool with the same arguments is the same call. */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core'

/** What a call does; whatever else its message says does not count. */
export interface NamedCall {
  readonly tool: string
  readonly arguments: JsonObject
}

/** Yields one text for all calls that are equal, in whatever order their members come, and another for any other. */
export function callKey({ tool, arguments: args }: NamedCall): string {
  return `${JSON.stringify(tool)} ${writeSorted(args)}`
}

// The nesting is bounded by the parser.
function writeSorted(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(writeSorted).join()}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${writeSorted(member)}`)
  return `{${members.sort().join()}}`
}
