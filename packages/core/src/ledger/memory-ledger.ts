/** The ledger of a single process: proof ids in a compact table, forgotten when the process ends. */
import { type Clock, systemClock } from '../ports/clock.ts'
import type { Ledger, Spend, SpendOutcome } from '../ports/ledger.ts'
import { assertSingleProcess } from './cluster.ts'
import { Generations } from './generations.ts'
import type { KeyWords } from './key-table.ts'
import { parseKeyWords } from './key-words.ts'

/** How much a memory ledger holds, and for how long. */
export interface MemoryLedgerOptions {
  /** The system's by default; must be the one by which proofs are judged. */
  readonly clock?: Clock
  /** How far ahead of now a spend may ask to be kept, in seconds; 660 by default: what the widest proof policy asks for. */
  readonly maxRetention?: number
  /** Most ids held at once, 4,000,000 by default, about 50 bytes each; beyond it spends are refused, never forgotten. */
  readonly capacity?: number
}

/**
 * A ledger for proofs alone, in one process alone. Its `lifetime` is `run`: proofs must carry a nonce that was made
 * with a key of this run, and a restart then forgets nothing that could be used again.
 *
 * Throws in a worker of `node:cluster`. A spend rejects when it asks for what this ledger cannot assure (another kind,
 * several uses, too long a time), when the ledger is full, and when the clock was set back too far to tell.
 */
export function createMemoryLedger(options: MemoryLedgerOptions = {}): Ledger {
  assertSingleProcess()
  return new MemoryLedger(options)
}

class MemoryLedger implements Ledger {
  readonly lifetime = 'run'
  readonly #clock: Clock
  readonly #maxRetention: number
  readonly #capacity: number
  readonly #held = new Generations()

  constructor({ clock = systemClock, maxRetention = 660, capacity = 4_000_000 }: MemoryLedgerOptions) {
    this.#clock = clock
    this.#maxRetention = maxRetention
    this.#capacity = capacity
  }

  // Nothing is awaited in here: from the first look at the table to the last entry no other call runs.
  async spend(spends: readonly Spend[]): Promise<SpendOutcome> {
    const now = this.#clock()
    this.#held.turn(now)
    const [only] = spends
    if (only !== undefined && spends.length === 1) return this.#spendOne(only, now)
    const keys: KeyWords[] = []
    for (const spend of spends) {
      this.#assertFit(spend, now)
      keys.push(parseKeyWords(spend.key))
    }
    const exhausted = this.#findExhausted(spends, keys)
    if (exhausted !== undefined) return { spent: false, exhausted }
    this.#assertRoom(keys.length)
    for (const [index, key] of keys.entries()) this.#held.add(key, spends[index]?.until ?? now, now)
    return { spent: true }
  }

  /** What nearly every call asks for: the same as above, without the lists. */
  #spendOne(spend: Spend, now: number): SpendOutcome {
    this.#assertFit(spend, now)
    const key = parseKeyWords(spend.key)
    if (this.#held.has(key)) return { spent: false, exhausted: spend.key }
    this.#assertRoom(1)
    this.#held.add(key, spend.until, now)
    return { spent: true }
  }

  #assertRoom(wanted: number): void {
    if (this.#held.count + wanted <= this.#capacity) return
    throw new Error(
      `The memory ledger holds ${this.#capacity} live ids and forgets none of them; raise its capacity, or limit rates.`,
    )
  }

  #findExhausted(spends: readonly Spend[], keys: readonly KeyWords[]): string | undefined {
    const inThisCall = new Set<string>()
    for (const [index, key] of keys.entries()) {
      const text = spends[index]?.key ?? ''
      if (this.#held.has(key) || inThisCall.has(text)) return text
      if (keys.length > 1) inThisCall.add(text)
    }
    return undefined
  }

  #assertFit(spend: Spend, now: number): void {
    if (spend.kind !== 'proof') {
      throw new TypeError(
        `The memory ledger holds proofs only, and forgets them when the process ends; give a "${spend.kind}" to a durable ledger, such as @countersign/ledgers/sqlite.`,
      )
    }
    if (spend.limit !== 1) throw new RangeError('A proof has one use: its limit must be 1.')
    if (!(spend.until <= now + this.#maxRetention)) {
      throw new RangeError(
        `The memory ledger keeps ids for ${this.#maxRetention} s; raise maxRetention, or accept proofs for a shorter time.`,
      )
    }
  }
}
