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
   * When the thing could have been used first, NumericDate, where that is known: a store that has lost its memory
   * refuses for good what could have been used before. Without it such a store refuses until everything from before must
   * have run out.
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
   * Rejects (the promise) when the store cannot answer, with `LedgerUnavailable` where the ledger is a shared one;
   * callers then refuse the call. Whether anything was spent is then unknown.
   */
  spend(spends: readonly Spend[]): Promise<SpendOutcome>
  /** What is known of its store, where that is a server of its own, which several processes share and which may fail. */
  readonly store?: SharedStore
}

/**
 * `healthy`: it answers. `degraded`: it failed lately, or is being tried again; it is still asked. `unhealthy`: nobody
 * asks it, every spend is refused at once, and only the ledger itself looks whether it has come back.
 */
export type StoreHealth = 'healthy' | 'degraded' | 'unhealthy'

/** The time in which a shared store has forgotten nothing. */
export interface StoreEpoch {
  /** 128 random bits, base64url. */
  readonly id: string
  /** Single-use things that could have been used before this NumericDate are refused for good; 0 in the first epoch. */
  readonly notBefore: number
  /** 32 octets, the same in every process that shares the store, others in each epoch: nonces are made with them. */
  readonly secret: Uint8Array
}

/** What happened to a shared store, for logs and metrics. */
export type StoreEvent =
  | { readonly type: 'store_health'; readonly health: StoreHealth; readonly reason: StoreFault | 'recovered' }
  | { readonly type: 'store_epoch'; readonly id: string; readonly notBefore: number }

/** A store that several processes share. */
export interface SharedStore {
  /** What is known now. */
  readonly health: StoreHealth
  /** The epoch that it is in, as far as this process knows. */
  readonly epoch: StoreEpoch
  /** Tells of every change, from now on, until what it yields is called. */
  watch(listener: (event: StoreEvent) => void): () => void
}

/**
 * Why a shared store cannot be asked: it is `down`; it did not answer in time (`timeout`); its `epoch` has ended and the
 * next one is not settled yet; its `clock` and this process's differ too much; it takes no writes (`read_only`,
 * `replicas`: too few of them are there, `full`); or it gave another error (`error`).
 */
export type StoreFault = 'down' | 'timeout' | 'epoch' | 'clock' | 'read_only' | 'replicas' | 'full' | 'error'
