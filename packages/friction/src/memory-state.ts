/** Records in the memory of this process: packed, bounded, and with a memory for those who had to make room. */
import { requireNumber } from './options.ts'
import type { FrictionRecord, FrictionRecordFormat, FrictionRecords, FrictionState } from './state.ts'

/** How much is remembered. */
export interface MemoryFrictionStateOptions {
  /** Clients with a record; 100,000 where left out. */
  readonly maxClients?: number
  /** Seconds for which the friction of a client that had to make room is remembered; 3600 where left out. */
  readonly penaltyTime?: number
}

/** Records that share one buffer; buffers are added as clients come. */
const CHUNK = 1024

/**
 * Makes a state for one process.
 *
 * When it is full, a client that has not called for long makes room (the clock algorithm: one bit a client). Its
 * friction is kept aside where there is any, for as many clients again; the one put there first goes first.
 */
export function createMemoryFrictionState(options: MemoryFrictionStateOptions = {}): FrictionState {
  const { maxClients = 100_000, penaltyTime = 3600 } = options
  requireNumber(maxClients, '`maxClients`', { least: 1, most: 10_000_000, integer: true })
  requireNumber(penaltyTime, '`penaltyTime`', { least: 0, most: 86_400 })
  return { open: (format) => new MemoryRecords(format, { maxClients, penaltyTime }) }
}

interface Penalty {
  readonly until: number
  readonly octets: Uint8Array
}

class MemoryRecords implements FrictionRecords {
  readonly #format: FrictionRecordFormat
  readonly #limits: Required<MemoryFrictionStateOptions>
  readonly #slots = new Map<string, number>()
  readonly #clients: string[] = []
  readonly #chunks: DataView[] = []
  readonly #used: Uint8Array
  readonly #penalties = new Map<string, Penalty>()
  #hand = 0

  constructor(format: FrictionRecordFormat, limits: Required<MemoryFrictionStateOptions>) {
    this.#format = format
    this.#limits = limits
    this.#used = new Uint8Array(limits.maxClients)
  }

  update<T>(client: string, now: number, step: (record: FrictionRecord) => T): T {
    const slot = this.#slots.get(client) ?? this.#add(client, now)
    this.#used[slot] = 1
    return step(this.#recordAt(slot))
  }

  #recordAt(slot: number): FrictionRecord {
    const chunk = Math.floor(slot / CHUNK)
    let view = this.#chunks[chunk]
    if (view === undefined) {
      view = new DataView(new ArrayBuffer(CHUNK * this.#format.size))
      this.#chunks[chunk] = view
    }
    return { view, at: (slot % CHUNK) * this.#format.size }
  }

  #add(client: string, now: number): number {
    const slot = this.#clients.length < this.#limits.maxClients ? this.#clients.length : this.#evict(now)
    this.#clients[slot] = client
    this.#slots.set(client, slot)
    const octets = this.#octetsAt(slot)
    const penalty = this.#penalties.get(client)
    this.#penalties.delete(client)
    if (penalty !== undefined && now < penalty.until) octets.set(penalty.octets)
    else octets.fill(0)
    return slot
  }

  #octetsAt(slot: number): Uint8Array {
    const { view, at } = this.#recordAt(slot)
    return new Uint8Array(view.buffer, at, this.#format.size)
  }

  /** Goes round until it finds a client that has not called since it last came by. */
  #evict(now: number): number {
    while (this.#used[this.#hand] === 1) {
      this.#used[this.#hand] = 0
      this.#advance()
    }
    const slot = this.#hand
    this.#advance()
    const client = this.#clients[slot]
    if (client !== undefined) {
      this.#slots.delete(client)
      if (this.#format.isPenalised(this.#recordAt(slot), now)) this.#keepAside(client, slot, now)
    }
    return slot
  }

  #advance(): void {
    this.#hand = this.#hand + 1 === this.#limits.maxClients ? 0 : this.#hand + 1
  }

  #keepAside(client: string, slot: number, now: number): void {
    const until = now + this.#limits.penaltyTime
    this.#penalties.set(client, { until, octets: this.#octetsAt(slot).slice() })
    // Put in by time, so the first are those that run out first.
    for (const [oldest, penalty] of this.#penalties) {
      if (this.#penalties.size <= this.#limits.maxClients && now < penalty.until) return
      this.#penalties.delete(oldest)
    }
  }
}
