/** Where a thing that may be used at most n times is spent. One port, atomic, for all of them. */

/** What is being spent; a store may refuse to hold some kinds. */
export type SpendKind = 'proof' | 'assertion' | 'attestation' | 'code' | 'refresh_token' | 'nonce' | 'capability'

/** One use of one thing. */
export interface Spend {
  readonly kind: SpendKind
  /** SHA-256 over the length-prefixed parts that identify the thing, base64url: see `spendKey`. */
  readonly key: string
  /** How many uses there are in all, 1 or more. */
  readonly limit: number
  /**
   * When the thing was made, NumericDate, where that is known: a store that has lost its memory refuses for good what
   * was made before. Without it such a store refuses until everything from before must have run out.
   */
  readonly issued?: number
  /** Kept at least until then, NumericDate on the store's clock. */
  readonly until: number
}

/** What came of it. `exhausted` names the first key that had no use left; nothing was spent then. */
export type SpendOutcome = { readonly spent: true } | { readonly spent: false; readonly exhausted: string }

/** Spends keys, each at most n times until t, atomically. */
export interface Ledger {
  /**
   * `run`: what is spent here is forgotten when the process ends, so proofs must carry a nonce of this run.
   * `durable`: what was spent stays spent.
   */
  readonly lifetime: 'run' | 'durable'
  /**
   * Spends one use of every key, or of none. Committed before it resolves.
   * Rejects (the promise) when the store cannot answer; callers then refuse the call.
   */
  spend(spends: readonly Spend[]): Promise<SpendOutcome>
}
