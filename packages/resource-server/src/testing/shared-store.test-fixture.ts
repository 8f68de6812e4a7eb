/** A store that several processes share, in memory: what fails, when it has lost its memory, and what it holds is the test's. */
import {
  type Ledger,
  LedgerUnavailable,
  type SharedStore,
  type Spend,
  type SpendOutcome,
  type StoreEvent,
  type StoreFault,
  type StoreHealth,
} from '@countersign/core'

/** The ledger of one process. */
export interface TestLedger extends Ledger {
  readonly store: SharedStore
  /** What it was asked. */
  readonly asked: Spend[]
  /** Why it cannot ask the store; undefined when it can. */
  fault: StoreFault | undefined
  /** Whether replies are lost after the store has done what it was asked. */
  losesReplies: boolean
  /** What it knows of the store, told to who watches. */
  setHealth(health: StoreHealth, reason?: StoreFault): void
}

/** The store itself. */
export interface TestStore {
  connect(): TestLedger
  /** Forgets everything; what was issued before `notBefore` is refused for good. */
  loseMemory(notBefore: number): void
  /** How often each key was spent. */
  readonly counts: ReadonlyMap<string, number>
}

/** Begins in its first epoch, with all its processes in good health. */
export function createTestStore(): TestStore {
  const counts = new Map<string, number>()
  const tellers: ((event: StoreEvent) => void)[] = []
  let epoch = createEpoch(0)

  function spendAll(spends: readonly Spend[]): SpendOutcome {
    const next = new Map(counts)
    for (const { key, limit, issued, until } of spends) {
      const isForgotten = issued === undefined ? until <= epoch.notBefore + 620 : issued < epoch.notBefore
      const count = (next.get(key) ?? 0) + 1
      if (count > limit || (epoch.notBefore > 0 && isForgotten)) return { spent: false, exhausted: key }
      next.set(key, count)
    }
    for (const [key, count] of next) counts.set(key, count)
    return { spent: true }
  }

  function connect(): TestLedger {
    const listeners = new Set<(event: StoreEvent) => void>()
    const tell = (event: StoreEvent): void => {
      for (const listener of listeners) listener(event)
    }
    tellers.push(tell)
    let health: StoreHealth = 'healthy'
    const store: SharedStore = {
      get health() {
        return health
      },
      get epoch() {
        return epoch
      },
      watch(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    }
    const ledger: TestLedger = {
      lifetime: 'durable',
      store,
      asked: [],
      fault: undefined,
      losesReplies: false,
      async spend(spends) {
        ledger.asked.push(...spends)
        if (ledger.fault !== undefined) throw new LedgerUnavailable(ledger.fault)
        const outcome = spendAll(spends)
        if (ledger.losesReplies) throw new LedgerUnavailable('timeout')
        return outcome
      },
      setHealth(next, reason) {
        health = next
        ledger.fault = next === 'unhealthy' ? (reason ?? 'down') : undefined
        tell({ type: 'store_health', health: next, reason: ledger.fault ?? 'recovered' })
      },
    }
    return ledger
  }

  return {
    connect,
    counts,
    loseMemory(notBefore) {
      counts.clear()
      epoch = createEpoch(notBefore)
      for (const tell of tellers) tell({ type: 'store_epoch', id: epoch.id, notBefore })
    },
  }
}

function createEpoch(notBefore: number) {
  return {
    id: crypto.randomUUID(),
    notBefore,
    secret: crypto.getRandomValues(new Uint8Array(32)),
  }
}
