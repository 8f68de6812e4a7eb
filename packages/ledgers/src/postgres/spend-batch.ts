/** Calls of `spend` that go to the server as one statement. */
import { hash } from 'node:crypto'
import type { Spend, SpendOutcome } from '@countersign/core'
import { spendPassed } from '../shared/spend-rules.ts'
import type { PostgresValue } from './postgres-database.ts'

/** A call that waits for its answer. */
export interface WaitingCall {
  readonly spends: readonly Spend[]
  /** Of each of them, by `spendId`. */
  readonly ids: readonly string[]
  readonly resolve: (outcome: SpendOutcome) => void
  readonly reject: (error: unknown) => void
}

/** Calls in one statement at most. */
const MOST_TOGETHER = 256

/**
 * Takes out of `waiting` what may go together, in its order. A call for several things goes with no other that shares
 * one of them: whether that has a use left is known only when the first is whole.
 */
export function takeBatch(waiting: WaitingCall[]): readonly WaitingCall[] {
  const taken = new Set<string>()
  const alone = new Set<string>()
  const batch: WaitingCall[] = []
  const left = waiting.filter((call) => {
    const fits = batch.length < MOST_TOGETHER && !call.ids.some((id) => (call.ids.length > 1 ? taken : alone).has(id))
    // Also what does not fit: who comes after it must not pass it by.
    for (const id of call.ids) taken.add(id)
    if (!fits || call.ids.length > 1) for (const id of call.ids) alone.add(id)
    if (fits) batch.push(call)
    return !fits
  })
  waiting.splice(0, waiting.length, ...left)
  return batch
}

/** One thing of one call. */
interface Item {
  readonly id: string
  readonly call: number
  readonly place: number
  readonly spend: Spend
}

/** What stands for a thing in the table: 128 bits of a hash, written as a UUID is. */
export function spendId({ kind, key }: Spend): string {
  return hash('sha256', `${kind}\0${key}`).slice(0, 32)
}

/**
 * What the function `spend` takes, after the three parameters of the epoch. Rows are locked in the order of their ids,
 * over all calls of a statement; within one id the calls keep their order.
 */
export function batchParameters(calls: readonly WaitingCall[]): PostgresValue[] {
  const items = calls.flatMap(({ spends, ids }, call) =>
    spends.map((spend, place): Item => ({ id: ids[place] ?? spendId(spend), call: call + 1, place: place + 1, spend })),
  )
  items.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.call - b.call || a.place - b.place))
  return [
    calls.length,
    items.map(({ call }) => call),
    items.map(({ place }) => place),
    items.map(({ id }) => id),
    // A thing has never more uses than the column can count.
    items.map(({ spend }) => Math.min(spend.limit, 2 ** 31 - 1)),
    items.map(({ spend }) => spend.until),
  ]
}

/** Answers each call, by what the function says of it. */
export function answerBatch(calls: readonly WaitingCall[], refused: readonly number[]): void {
  for (const [index, { spends, resolve, reject }] of calls.entries()) {
    const place = refused[index]
    const exhausted = place === undefined ? undefined : spends[place - 1]?.key
    if (place === 0) resolve({ spent: true })
    else if (exhausted !== undefined) resolve({ spent: false, exhausted })
    else reject(spendPassed())
  }
}
