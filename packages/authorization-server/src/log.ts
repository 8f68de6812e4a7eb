/** What happened at the authorization server, for its log; no entry carries a token, key, secret or a client's text. */
import {
  type AttestationEvent,
  describeFault,
  type Fault,
  type RejectionCode,
  type StoreEvent,
} from '@countersign/core'
import type { RevocationKind } from '@countersign/core/wire'

/**
 * One entry. `at` is the source position of an unexpected error, `error` an OAuth error code;
 * `signing_keys_changed`: one was added, began to sign (`keyId` does now), or is published no more;
 * `memory_lost`: the database is another than it was, and what was issued before is refused.
 */
export type LogEntry =
  | { readonly type: 'token_issued'; readonly clientId: string; readonly grant: string; readonly bound: boolean }
  | {
      readonly type: 'token_refused'
      readonly error: string
      readonly clientId?: string
      /** Why an attestation was not enough: a code, and a constant word. */
      readonly rejection?: RejectionCode
      readonly reason?: string
    }
  | { readonly type: 'authorization_refused'; readonly error: string; readonly clientId?: string }
  | { readonly type: 'login_failed' | 'login_throttled' }
  | { readonly type: 'revoked'; readonly what: RevocationKind }
  | { readonly type: 'memory_lost' }
  | { readonly type: 'signing_keys_changed'; readonly keyId: string }
  | { readonly type: 'family_revoked'; readonly clientId: string; readonly cause: 'code' | 'refresh_token' }
  | ({ readonly type: 'server_error' } & Fault)
  | StoreEvent
  | AttestationEvent

/** Receives entries; must not throw. */
export type Log = (entry: LogEntry) => void

/** Describes an unexpected error without its message, which may quote what was being handled. */
export function describeServerError(error: unknown): LogEntry {
  return { type: 'server_error', ...describeFault(error) }
}
