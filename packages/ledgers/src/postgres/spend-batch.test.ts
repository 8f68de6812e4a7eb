import type { SpendOutcome } from '@countersign/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { makeSpend } from '../testing/spends.test-fixture.ts'
import { answerBatch, batchParameters, spendId, takeBatch, type WaitingCall } from './spend-batch.ts'

function makeCall(keys: readonly string[], answers?: unknown[]): WaitingCall {
  const spends = keys.map((key) => makeSpend({ key }))
  const note = (answer: unknown) => void answers?.push(answer)
  return { spends, ids: spends.map(spendId), resolve: note, reject: note }
}

const anyCalls = fc
  .array(fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 3 }), { maxLength: 20 })
  .map((keys) => keys.map((one) => makeCall(one)))

it('calls that share a thing keep their order; one for several things shares none in its statement', () => {
  fc.assert(
    fc.property(anyCalls, (calls) => {
      const waiting = [...calls]
      const order: WaitingCall[] = []
      while (waiting.length > 0) {
        const batch = takeBatch(waiting)
        expect(batch.length).toBeGreaterThan(0)
        for (const call of batch.filter(({ ids }) => ids.length > 1)) {
          const others = batch.filter((other) => other !== call).flatMap(({ ids }) => ids)
          expect(call.ids.filter((id) => others.includes(id))).toEqual([])
        }
        order.push(...batch)
      }
      expect(new Set(order)).toEqual(new Set(calls))
      for (const id of 'abcde') {
        const withId = (list: readonly WaitingCall[]) =>
          list.filter(({ ids }) => ids.includes(spendId(makeSpend({ key: id }))))
        expect(withId(order)).toEqual(withId(calls))
      }
    }),
  )
})

it('a batch is bounded', () => {
  const waiting = Array.from({ length: 1000 }, (_, index) => makeCall([`k${index}`]))
  expect(takeBatch(waiting)).toHaveLength(256)
  expect(waiting).toHaveLength(744)
})

it('rows are locked in the same order by everybody, and each remembers where it came from', () => {
  const keys = Array.from({ length: 20 }, (_, index) => `k${index}`)
  const calls = [makeCall(keys), makeCall(['x', 'x'])]
  const [count, ...columns] = batchParameters(calls)
  const [callNumbers = [], places = [], ids = []] = columns.map((column) => (Array.isArray(column) ? column : []))
  expect(count).toBe(2)
  expect(ids).toEqual([...ids].sort())
  expect(new Set(ids)).toEqual(new Set(calls.flatMap((call) => call.ids)))
  for (const [index, id] of ids.entries()) {
    expect(calls[Number(callNumbers[index]) - 1]?.ids[Number(places[index]) - 1]).toBe(id)
  }
})

it('an id tells kinds apart, however a key is written', () => {
  expect(spendId(makeSpend({ kind: 'proof', key: 'k' }))).toMatch(/^[0-9a-f]{32}$/)
  expect(spendId(makeSpend({ kind: 'proof', key: 'k' }))).not.toBe(spendId(makeSpend({ kind: 'code', key: 'k' })))
})

it('each call gets its own answer', () => {
  const answers: (SpendOutcome | RangeError)[] = []
  answerBatch([makeCall(['a'], answers), makeCall(['b', 'c'], answers), makeCall(['d'], answers)], [0, 2, -1])
  expect(answers).toEqual([{ spent: true }, { spent: false, exhausted: 'c' }, expect.any(RangeError)])
  answers.length = 0
  answerBatch([makeCall(['a'], answers)], [])
  expect(answers).toEqual([expect.any(RangeError)])
})
