/** What happened, for logs, metrics and hooks; no event ever carries a token, a proof, a key or what a caller wrote. */
import type { RejectionCode } from '../rejection.ts'

/** A decision of the guard. `jkt` and `clientId` are set once they were verified. */
export type GuardEvent =
  | { readonly type: 'allowed'; readonly clientId: string; readonly jkt?: string; readonly methods: readonly string[] }
  | { readonly type: 'refused'; readonly code: RejectionCode; readonly reason?: string; readonly clientId?: string }
  | { readonly type: 'key_fetch_failed'; readonly issuer: string; readonly reason: string }

/** Receives events; must not throw. */
export type Events = (event: GuardEvent) => void
