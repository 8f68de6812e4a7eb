/** Proofs that were refused because the store could not be asked: spent as soon as it can, so that they are good for nobody. */
import { type Clock, type Ledger, LedgerUnavailable, type Spend } from '@countersign/core'

/** Waits for the store. */
export interface LateSpends {
  /** How many wait. */
  readonly size: number
  add(proof: Spend): void
  /** Spends what waits, soon: not in the moment in which every process finds the store back. */
  flush(): void
}

/** What `createLateSpends` takes. */
export interface LateSpendsOptions {
  readonly ledger: Ledger
  readonly clock: Clock
  /** More are not held: then the oldest are forgotten, which run out first. 10,000 by default. */
  readonly capacity?: number
  /** Milliseconds within which a flush begins, at random, and not in the first fifth; 500 by default. */
  readonly spread?: number
}

/** How many are spent at once: each by itself, for one that was used after all must not keep the others from it. */
const batchSize = 64

/** Nothing is retried but what was never answered; what the store refuses was spent. */
export function createLateSpends({ ledger, clock, capacity = 10_000, spread = 500 }: LateSpendsOptions): LateSpends {
  const waiting = new Map<string, Spend>()
  let isDue = false

  function isOver({ until, issued }: Spend): boolean {
    return until <= clock() || (issued !== undefined && issued < (ledger.store?.epoch.notBefore ?? 0))
  }

  /** False when the store could not be asked. */
  async function spendOne(proof: Spend): Promise<boolean> {
    try {
      await ledger.spend([proof])
    } catch (error) {
      if (error instanceof LedgerUnavailable) return false
    }
    // Another one of the same key may have come meanwhile; spent is spent.
    waiting.delete(proof.key)
    return true
  }

  async function spendAll(): Promise<void> {
    for (const [key, proof] of waiting) if (isOver(proof)) waiting.delete(key)
    while (waiting.size > 0) {
      const batch = [...waiting.values()].slice(0, batchSize)
      const answered = await Promise.all(batch.map(spendOne))
      if (!answered.every((one) => one)) return
    }
  }

  function flush(): void {
    if (isDue || waiting.size === 0) return
    isDue = true
    const timer = setTimeout(
      () => {
        void spendAll().finally(() => {
          isDue = false
          // One answer may be missing without the store being down; where it is, it tells when it is back.
          if (ledger.store?.health !== 'unhealthy') flush()
        })
      },
      spread * (0.2 + 0.8 * Math.random()),
    )
    if (typeof timer === 'object' && 'unref' in timer) timer.unref()
  }

  return {
    get size() {
      return waiting.size
    },
    add(proof) {
      waiting.delete(proof.key)
      waiting.set(proof.key, proof)
      const [oldest] = waiting.keys()
      if (waiting.size > capacity && oldest !== undefined) waiting.delete(oldest)
      if (ledger.store?.health !== 'unhealthy') flush()
    },
    flush,
  }
}
