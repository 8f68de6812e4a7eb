/** Arguments of a tool from the command line, typed by the tool's own schema. */
import { wrongUsage } from '../exit.ts'

/** Arguments by name. */
export type ToolArguments = Readonly<Record<string, unknown>>

/** Reads `--json-args`. */
export function parseJsonArguments(text: string): ToolArguments {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Said below.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as ToolArguments
  throw wrongUsage(`--json-args takes a JSON object such as '{"note_id": 1}'.`)
}

/**
 * Reads each `name=value` of `--arg`. A value is JSON where the schema wants no string (`note_id=1` is a number for
 * an integer) and text otherwise; what does not fit is left to the server to refuse.
 */
export function parseArguments(pairs: readonly string[], schema: unknown): ToolArguments {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=')
      if (at < 1) throw wrongUsage(`--arg takes name=value, such as note_id=1; this is ${JSON.stringify(pair)}.`)
      const name = pair.slice(0, at)
      return [name, parseValue(pair.slice(at + 1), readType(schema, name))]
    }),
  )
}

function parseValue(text: string, type: unknown): unknown {
  if (type === undefined || type === 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The declared type of a property; undefined where the schema says none. */
function readType(schema: unknown, name: string): unknown {
  const properties = readMember(schema, 'properties')
  return readMember(readMember(properties, name), 'type')
}

function readMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}
