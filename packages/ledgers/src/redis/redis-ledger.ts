/** A ledger on Redis or Valkey: what was spent stays spent, for all processes of all hosts that share the server. */
import {
  type Ledger,
  LedgerUnavailable,
  type SharedStore,
  type Spend,
  type SpendOutcome,
  systemClock,
} from '@countersign/core'
import { assertSpend, isForgotten } from '../shared/spend-rules.ts'
import { parseRedisUrl } from './redis-address.ts'
import { type RedisLedgerOptions, SPEND_TIMEOUT } from './redis-options.ts'
import { openRedisStore, type RedisStore, type Way } from './redis-store.ts'
import { LATEST_ANSWER } from './replica-rule.ts'
import { DeadlinePassed } from './reply-fault.ts'
import { recordKey } from './settle.ts'
import { type Call, readReply, redisKey, writeMessage } from './spend-message.ts'

/** A ledger that several processes share, with the store that it is on. */
export interface RedisLedger extends Ledger {
  readonly lifetime: 'durable'
  readonly store: SharedStore
  /** Ends its connection. Spends that are under way reject. */
  close(): Promise<void>
}

/** Calls in one message at most: Redis serves nobody else while the script runs, here for about a millisecond. */
const MOST_TOGETHER = 256

/** A call of `spend` that waits for the next message. */
interface Waiting extends Call {
  readonly resolve: (outcome: SpendOutcome) => void
  readonly reject: (error: unknown) => void
}

/**
 * Opens a ledger on the Redis at `url` (`redis:`, `rediss:`, `redis+sentinel:`, `redis+cluster:`). Calls that come in
 * the same turn of the event loop go as one message, in their order; each is spent whole or not at all. Nothing is ever
 * sent twice: a spend whose answer is lost rejects, and whether it was made is then unknown.
 *
 * Rejects with `StoreUnusable`, whose message names the cause and the cure. `spend` rejects with `LedgerUnavailable`,
 * with a RangeError for what could not be kept, and with a TypeError for a key that `spendKey` did not make.
 */
export async function createRedisLedger(url: string, options: RedisLedgerOptions = {}): Promise<RedisLedger> {
  const address = parseRedisUrl(url, options)
  const { clock = systemClock, timeoutMs = SPEND_TIMEOUT } = options
  const store = await openRedisStore(address, options)
  const sender = { store, record: recordKey(address), clock, timeoutMs }
  let waiting: Waiting[] = []

  const flush = (): void => {
    const all = waiting
    waiting = []
    for (let start = 0; start < all.length; start += MOST_TOGETHER)
      void send(all.slice(start, start + MOST_TOGETHER), sender)
  }
  return {
    lifetime: 'durable',
    store,
    async spend(spends) {
      const now = clock()
      for (const spend of spends) assertSpend(spend, now)
      if (spends.length === 0) return { spent: true }
      const keys = spends.map((spend) => redisKey(address.prefix, spend))
      return new Promise((resolve, reject) => {
        waiting.push({ spends, keys, resolve, reject })
        if (waiting.length === 1) setImmediate(flush)
      })
    },
    async close() {
      store.close()
    },
  }
}

interface Sender {
  readonly store: RedisStore
  readonly record: string
  readonly clock: () => number
  readonly timeoutMs: number
}

async function send(batch: readonly Waiting[], sender: Sender): Promise<void> {
  try {
    const way = sender.store.way()
    // By the very epoch that the message names: what was asked for in another one may have been forgotten since.
    const calls = batch.filter((waiting) => !answerForgotten(waiting, way.epoch.notBefore))
    if (calls.length > 0) await ask(calls, way, sender)
  } catch (error) {
    for (const { reject } of batch) reject(error)
  }
}

function answerForgotten({ spends, resolve }: Waiting, notBefore: number): boolean {
  const forgotten = spends.find((spend: Spend) => isForgotten(spend, notBefore))
  if (forgotten !== undefined) resolve({ spent: false, exhausted: forgotten.key })
  return forgotten !== undefined
}

async function ask(calls: readonly Waiting[], way: Way, { store, record, clock, timeoutMs }: Sender): Promise<void> {
  const head = { script: way.spendScript, record, epoch: way.epoch.id, agreed: way.agreed, now: clock() }
  const reply = await judge(calls, way, { store, timeoutMs, message: writeMessage(calls, head) })
  if (reply.verdict === 'epochOver') {
    store.epochOver(way)
    throw new LedgerUnavailable('epoch')
  }
  if (reply.verdict !== 'judged') {
    const fault = reply.verdict === 'clocksDiffer' ? 'clock' : 'timeout'
    throw new LedgerUnavailable(store.failed(new LedgerUnavailable(fault), way))
  }
  store.judged(reply.time, way)
  for (const [index, { resolve, reject }] of calls.entries()) {
    const result = reply.results[index]
    if (result === undefined || result instanceof RangeError) reject(result)
    else resolve(result)
  }
}

interface Message {
  readonly store: RedisStore
  readonly timeoutMs: number
  readonly message: readonly (string | Buffer)[]
}

async function judge(calls: readonly Call[], way: Way, { store, timeoutMs, message }: Message) {
  const sentAt = performance.now()
  try {
    const reply = await way.connection.call('evalsha', message, timeoutMs)
    // This process may have slept, and the server too, while another took its place: see `replica-rule.ts`.
    if (performance.now() - sentAt > LATEST_ANSWER * 1000) throw new DeadlinePassed()
    return readReply(reply, calls)
  } catch (error) {
    throw new LedgerUnavailable(store.failed(error, way))
  }
}
