/** Which arguments of a tool take a URL, as far as its schema tells. */
import { isJsonObject, type JsonObject } from '@countersign/core'

const NAMED = /^(?:.*_)?(?:url|uri|href|link|endpoint|webhook|callback|target|site|page)$/i

/** Names of top-level string arguments that are called, or said to be, URLs. */
export function findUrlArguments(schema: JsonObject): readonly string[] {
  const properties = isJsonObject(schema.properties) ? schema.properties : {}
  return Object.entries(properties).flatMap(([name, property]) => {
    if (!isJsonObject(property) || property.type !== 'string') return []
    return property.format === 'uri' || property.format === 'url' || NAMED.test(name) ? [name] : []
  })
}
