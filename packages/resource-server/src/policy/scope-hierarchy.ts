/** Scopes that stand for other scopes, resolved once when the guard is made. */
import { ConfigurationError } from '../configuration-error.ts'
import { assertScopes } from './scope-names.ts'

/** Yields the scopes that a token really carries: its own and all that they imply, transitively. */
export type ScopeExpansion = (scopes: readonly string[]) => ReadonlySet<string>

/** Prepares the expansion; throws `ConfigurationError` where a scope implies itself in a circle, or is none. */
export function createScopeExpansion(implies: Readonly<Record<string, readonly string[]>>): ScopeExpansion {
  assertScopes('scopeImplies', Object.entries(implies).flat(2))
  const closures = new Map<string, readonly string[]>()
  for (const scope of Object.keys(implies)) closures.set(scope, closureOf(scope, implies, []))
  return (scopes) => new Set(scopes.flatMap((scope) => closures.get(scope) ?? [scope]))
}

function closureOf(
  scope: string,
  implies: Readonly<Record<string, readonly string[]>>,
  path: readonly string[],
): readonly string[] {
  if (path.includes(scope)) {
    throw new ConfigurationError(`scopeImplies: '${scope}' implies itself through ${[...path, scope].join(' → ')}`)
  }
  const implied = Object.hasOwn(implies, scope) ? (implies[scope] ?? []) : []
  return [scope, ...implied.flatMap((next) => closureOf(next, implies, [...path, scope]))]
}
