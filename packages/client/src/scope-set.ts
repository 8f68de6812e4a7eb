/** Sets of scopes, in the order in which they came (RFC 6749 §3.3: order means nothing, each name is exact). */

/** Those of `wanted` that are not held. */
export function missingScopes(wanted: readonly string[], held: readonly string[]): readonly string[] {
  return [...new Set(wanted)].filter((scope) => !held.includes(scope))
}

/** Both, each once. */
export function uniteScopes(held: readonly string[], wanted: readonly string[]): readonly string[] {
  return [...new Set([...held, ...wanted])]
}
