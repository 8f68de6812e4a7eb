/** Arguments for a tool that is called to see whether it may be: the least that its schema takes. */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core'
import { readTexts } from './json-document.ts'

/** Values for all required members, by their `default`, `const`, `enum` or type. */
export function sampleArguments(schema: JsonObject, given: JsonObject = {}): JsonObject {
  const properties = isJsonObject(schema.properties) ? schema.properties : {}
  const missing = readTexts(schema, 'required').filter((name) => !Object.hasOwn(given, name))
  const samples = missing.map((name) => [name, sampleValue(properties[name])] as const)
  return { ...Object.fromEntries(samples), ...given }
}

function sampleValue(schema: JsonValue | undefined): JsonValue {
  if (!isJsonObject(schema)) return 'audit'
  const { default: preset, const: only, enum: choices, type, minimum } = schema
  const known = preset ?? only ?? (Array.isArray(choices) ? choices[0] : undefined)
  if (known !== undefined) return known
  if (type === 'object') return sampleArguments(schema)
  if (type === 'integer' || type === 'number') return typeof minimum === 'number' ? minimum : 1
  if (type === 'boolean') return false
  return type === 'array' ? [] : 'audit'
}
