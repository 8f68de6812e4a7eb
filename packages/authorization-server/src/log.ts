/** What happened at the authorization server, for its log; no entry carries a token, key, secret or a client's text. */
import type { RevocationKind } from '@countersign/core/wire'

/**
 * One entry. `at` is the source position of an unexpected error, `error` an OAuth error code;
 * `memory_lost`: the database is another than it was, and what was issued before is refused.
 */
export type LogEntry =
  | { readonly type: 'token_issued'; readonly clientId: string; readonly grant: string; readonly bound: boolean }
  | { readonly type: 'token_refused'; readonly error: string; readonly clientId?: string }
  | { readonly type: 'authorization_refused'; readonly error: string; readonly clientId?: string }
  | { readonly type: 'login_failed' | 'login_throttled' }
  | { readonly type: 'revoked'; readonly what: RevocationKind }
  | { readonly type: 'memory_lost' }
  | { readonly type: 'family_revoked'; readonly clientId: string; readonly cause: 'code' | 'refresh_token' }
  | { readonly type: 'server_error'; readonly name: string; readonly code?: string; readonly at?: string }

/** Receives entries; must not throw. */
export type Log = (entry: LogEntry) => void

/** Describes an unexpected error without its message, which may quote what was being handled. */
export function describeServerError(error: unknown): LogEntry {
  if (!(error instanceof Error)) return { type: 'server_error', name: typeof error }
  const at = placeOf(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return {
    type: 'server_error',
    name: error.name,
    ...(code === undefined ? {} : { code }),
    ...(at === undefined ? {} : { at }),
  }
}

/** The innermost line of the stack. What stands before it is the message, in which a line may look like one. */
function placeOf({ stack = '', message }: Error): string | undefined {
  const end = stack.indexOf(message)
  return end < 0 ? undefined : /^ {4}at (.+)$/m.exec(stack.slice(end + message.length))?.[1]
}
