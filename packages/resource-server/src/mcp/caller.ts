/** The verified caller, for tool handlers. */
import type { AuthInfo } from '../auth-info.ts'
import type { Caller } from '../decision.ts'

/** Reads the caller from the `authInfo` that an MCP handler is given; undefined when no guard stood before it. */
export function readCaller(
  authInfo: { readonly extra?: Readonly<Record<string, unknown>> } | undefined,
): Omit<Caller, 'scopes' | 'expires'> | undefined {
  const extra = authInfo?.extra as Partial<AuthInfo['extra']> | undefined
  return extra?.countersign
}
