/** The syntax of the scopes that an operator writes (RFC 6749 §3.3): a challenge can carry no others. */
import { parseScope } from '@countersign/core/wire'
import { ConfigurationError } from '../configuration-error.ts'

/** Throws `ConfigurationError` when one of them is not a single scope; `where` says in which option. */
export function assertScopes(where: string, scopes: readonly string[]): void {
  const wrong = scopes.find((scope) => parseScope(scope)?.length !== 1)
  if (wrong === undefined) return
  throw new ConfigurationError(
    `${where}: '${wrong}' is not a scope, which is printable ASCII without blanks and quotes`,
  )
}
