/** A Redis over time: one connection after another, its epochs, its health, and what each spend may go through. */
import {
  LedgerUnavailable,
  type SharedStore,
  type StoreEpoch,
  type StoreEvent,
  type StoreFault,
  type StoreHealth,
  systemClock,
} from '@countersign/core'
import { StoreHealthMachine } from '../shared/store-health.ts'
import type { NodeConnection } from './node-connection.ts'
import type { RedisAddress } from './redis-address.ts'
import { BEAT, type RedisLedgerOptions, SPEND_TIMEOUT } from './redis-options.ts'
import { LEASE } from './replica-rule.ts'
import { DeadlinePassed, endsConnection, faultOf } from './reply-fault.ts'
import { type KnownEpoch, NOTHING_KNOWN, type Settled } from './settle.ts'
import { openSettled, type SettledConnection, type SettlingParts } from './settled-connection.ts'

/** Milliseconds from a lost connection to the first attempt at another, at most. */
const FIRST_PAUSE = 50

/** What a spend goes through: valid in the very turn in which it was asked for, and no longer. */
export interface Way extends Pick<SettledConnection, 'connection' | 'spendScript'> {
  readonly epoch: StoreEpoch
  /** The latest time of the server's at which it answered us, milliseconds. */
  readonly agreed: number
}

/** Opens the store. Rejects with `StoreUnusable`. */
export async function openRedisStore(address: RedisAddress, options: RedisLedgerOptions): Promise<RedisStore> {
  const { heartbeatMs = BEAT } = options
  if (!(heartbeatMs > 0 && heartbeatMs <= BEAT)) throw new RangeError(`heartbeatMs is at most ${BEAT}.`)
  const parts = { address, deployment: options.deployment ?? '', clock: options.clock ?? systemClock }
  const store = new RedisStore(parts, await openSettled(parts, NOTHING_KNOWN), options)
  return store
}

/** The store of one ledger. */
export class RedisStore implements SharedStore {
  readonly #parts: SettlingParts
  readonly #machine = new StoreHealthMachine()
  readonly #beatDeadline: number
  /** Milliseconds between heartbeats, and at most between attempts to connect; both vary, so that processes spread out. */
  readonly #beatEvery: number
  /** The connection that spends go through; none while there is none that was settled. */
  #current: SettledConnection | undefined
  #epoch: StoreEpoch
  #known: KnownEpoch = NOTHING_KNOWN
  /** When the question was sent that the server last answered to our content; `performance.now()`. */
  #provenAt = 0
  /** A spend was told that the epoch is over: nothing is spent until the next one is known. */
  #isOver = false
  #timer: NodeJS.Timeout | undefined
  #isBeating = false
  #isClosed = false

  constructor(parts: SettlingParts, first: SettledConnection, options: RedisLedgerOptions) {
    this.#parts = parts
    this.#beatDeadline = 2 * (options.timeoutMs ?? SPEND_TIMEOUT)
    this.#beatEvery = options.heartbeatMs ?? BEAT
    this.#epoch = first.settled.epoch
    if (options.onEvent !== undefined) this.#machine.watch(options.onEvent)
    this.#use(first, performance.now())
    this.#tellEpoch()
  }

  get health(): StoreHealth {
    return this.#machine.health
  }

  get epoch(): StoreEpoch {
    return this.#epoch
  }

  watch(listener: (event: StoreEvent) => void): () => void {
    return this.#machine.watch(listener)
  }

  /** Yields what to spend through now; throws `LedgerUnavailable`. */
  way(): Way {
    this.#machine.assertAsked()
    if (this.#current === undefined) throw new LedgerUnavailable('down')
    if (this.#isOver) throw new LedgerUnavailable('epoch')
    // A master that was replaced while we heard nothing of it: see `replica-rule.ts`.
    if (performance.now() - this.#provenAt > LEASE * 1000) throw new LedgerUnavailable('timeout')
    const { connection, spendScript } = this.#current
    return { connection, spendScript, epoch: this.#epoch, agreed: this.#known.agreed }
  }

  /** Spends were judged, at this time of the server's in milliseconds. */
  judged(time: number, { epoch }: Way): void {
    if (epoch.id === this.#epoch.id && time > this.#known.agreed) this.#known = { ...this.#known, agreed: time }
    this.#machine.spendSucceeded()
  }

  /** The server says that the epoch is over: another one is settled at once. */
  epochOver({ epoch, connection }: Way): void {
    this.#machine.spendFailed('epoch')
    if (epoch.id !== this.#epoch.id || connection !== this.#current?.connection) return
    this.#isOver = true
    this.#schedule(() => this.#beat(), 0)
  }

  /** Spends were not judged. */
  failed(error: unknown, { connection }: Way): StoreFault {
    const fault = error instanceof LedgerUnavailable ? error.fault : faultOf(error)
    this.#machine.spendFailed(fault)
    if (endsConnection(error)) this.#leave(connection)
    return fault
  }

  /** Ends it; spends reject from now on. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#current?.connection.close()
    this.#current = undefined
  }

  #use(opened: SettledConnection, askedAt: number): void {
    this.#current = opened
    this.#adopt(opened.settled, askedAt)
    opened.connection.onEnd(() => this.#lost(opened.connection))
    this.#scheduleBeat()
  }

  #adopt({ epoch, time }: Settled, askedAt: number): void {
    const isNew = epoch.id !== this.#epoch.id
    this.#provenAt = askedAt
    this.#isOver = false
    this.#epoch = epoch
    this.#known = {
      id: epoch.id,
      notBefore: Math.ceil(epoch.notBefore * 1000),
      // The next epoch may be on a server whose clock is behind; that it is later than all we know was seen to already.
      agreed: isNew ? time : Math.max(this.#known.agreed, time),
    }
    if (isNew) this.#tellEpoch()
  }

  #tellEpoch(): void {
    this.#machine.tell({ type: 'store_epoch', id: this.#epoch.id, notBefore: this.#epoch.notBefore })
  }

  /** A server that stalls may take its time to end a connection: nobody waits for that. */
  #leave(connection: NodeConnection): void {
    connection.close()
    this.#lost(connection)
  }

  #lost(connection: NodeConnection): void {
    if (this.#isClosed || this.#current?.connection !== connection) return
    this.#current = undefined
    this.#machine.spendFailed('down')
    this.#scheduleReconnect(FIRST_PAUSE)
  }

  async #beat(): Promise<void> {
    const current = this.#current
    if (current === undefined || this.#isBeating) return
    this.#isBeating = true
    const askedAt = performance.now()
    try {
      const settled = await current.settleAgain(this.#known, this.#beatDeadline)
      if (this.#current !== current) return
      this.#adopt(settled, askedAt)
      this.#machine.heartbeatSucceeded()
    } catch (error) {
      if (this.#current !== current) return
      this.#machine.heartbeatFailed(faultOf(error))
      if (mustLeave(error)) this.#leave(current.connection)
    } finally {
      this.#isBeating = false
      if (this.#current === current) this.#scheduleBeat()
    }
  }

  async #reconnect(pause: number): Promise<void> {
    const askedAt = performance.now()
    try {
      const opened = await openSettled(this.#parts, this.#known)
      if (this.#isClosed) return opened.connection.close()
      this.#machine.heartbeatSucceeded()
      this.#use(opened, askedAt)
    } catch (error) {
      if (this.#isClosed) return
      this.#machine.heartbeatFailed(faultOf(error))
      this.#scheduleReconnect(Math.min(2 * pause, this.#beatEvery))
    }
  }

  #scheduleBeat(): void {
    this.#schedule(() => this.#beat(), this.#beatEvery * (0.8 + 0.4 * Math.random()))
  }

  /** Anywhere between at once and `pause`, so that all who lost the same server do not come back together. */
  #scheduleReconnect(pause: number): void {
    this.#schedule(() => this.#reconnect(pause), pause * Math.random())
  }

  #schedule(step: () => Promise<void>, milliseconds: number): void {
    clearTimeout(this.#timer)
    if (this.#isClosed) return
    this.#timer = setTimeout(() => void step(), milliseconds).unref()
  }
}

/** A server that does not answer, is no master any more, or is not what it was, is not asked again over this connection. */
function mustLeave(error: unknown): boolean {
  if (error instanceof DeadlinePassed || endsConnection(error)) return true
  return faultOf(error) === 'read_only' || faultOf(error) === 'error'
}
