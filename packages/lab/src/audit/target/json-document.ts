/** JSON that a server under audit sent: anything may stand in it. */
import { isJsonObject, type JsonObject, parseStrictJson } from '@countersign/core'

/** The object in a text; undefined where it holds something else, or too much. */
export function readObject(text: string): JsonObject | undefined {
  const parsed = parseStrictJson(text)
  return parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined
}

/** A member that is a string. */
export function readText(document: JsonObject | undefined, name: string): string | undefined {
  const value = document?.[name]
  return typeof value === 'string' ? value : undefined
}

/** The strings of a member that is a list; empty where it is none. */
export function readTexts(document: JsonObject | undefined, name: string): readonly string[] {
  const value = document?.[name]
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
