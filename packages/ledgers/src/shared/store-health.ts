/** How well a shared store does, judged by how its spends and heartbeats end: the breaker before it. */
import { LedgerUnavailable, type StoreEvent, type StoreFault, type StoreHealth } from '@countersign/core'

/** Spends in a row that may fail before nobody asks any more. */
const FAILURES = 3

/**
 * The states and what leads from one to the next:
 *
 *     healthy ── a spend fails ──▶ degraded ── three in a row, or a heartbeat fails ──▶ unhealthy
 *        ▲                           │   ▲                                                  │
 *        └── a spend or heartbeat succeeds   └────────── a heartbeat succeeds ──────────────┘
 *
 * A heartbeat that fails leads from `healthy` to `unhealthy` at once. Nothing but a heartbeat leads out of `unhealthy`:
 * of all who wait for the store, one looks whether it is back.
 */
export class StoreHealthMachine {
  #health: StoreHealth = 'healthy'
  #fault: StoreFault = 'down'
  #failures = 0
  readonly #listeners = new Set<(event: StoreEvent) => void>()

  /** What is known now. */
  get health(): StoreHealth {
    return this.#health
  }

  /** Throws `LedgerUnavailable`, with the fault that was seen last, while nobody may ask. */
  assertAsked(): void {
    if (this.#health === 'unhealthy') throw new LedgerUnavailable(this.#fault)
  }

  /** A spend was answered, whatever the answer was. One that was asked before the store became unhealthy says nothing. */
  spendSucceeded(): void {
    if (this.#health !== 'unhealthy') this.#passed()
  }

  /** A spend was not answered, or with an error. Of spends that went in one message count one. */
  spendFailed(fault: StoreFault): void {
    if (this.#health === 'unhealthy') return
    this.#failures += 1
    this.#turn(this.#failures < FAILURES ? 'degraded' : 'unhealthy', fault)
  }

  /** A heartbeat was answered. */
  heartbeatSucceeded(): void {
    if (this.#health !== 'unhealthy') this.#passed()
    else this.#turn('degraded', 'recovered')
  }

  /** A heartbeat was not answered, or with an error. */
  heartbeatFailed(fault: StoreFault): void {
    this.#turn('unhealthy', fault)
  }

  /** Tells of every change, from now on, until what it yields is called. A listener must not throw. */
  watch(listener: (event: StoreEvent) => void): () => void {
    const own = (event: StoreEvent) => listener(event)
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  /** Tells all who watch. */
  tell(event: StoreEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  #passed(): void {
    this.#failures = 0
    this.#turn('healthy', 'recovered')
  }

  #turn(health: StoreHealth, reason: StoreFault | 'recovered'): void {
    if (reason !== 'recovered') this.#fault = reason
    // Where it was unhealthy, one failure more is enough.
    if (health === 'degraded' && reason === 'recovered') this.#failures = FAILURES - 1
    if (health === this.#health) return
    this.#health = health
    this.tell({ type: 'store_health', health, reason })
  }
}
