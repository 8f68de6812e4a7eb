import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchWorkers } from './heartbeat.ts'
import type { Worker } from './worker.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Says for how long it is watched, and tells whether it was ended; `answers` says whether it answers, time by time. */
async function watch(seconds: number, answers: (time: number) => boolean): Promise<boolean> {
  let asked = 0
  let isKilled = false
  const worker = {
    ask: async (_what: string, patienceMs: number) => {
      asked += 1
      if (answers(asked)) return {}
      await new Promise((resolve) => setTimeout(resolve, patienceMs))
      throw new Error('no answer')
    },
    kill: () => {
      isKilled = true
    },
  } as unknown as Worker
  const end = watchWorkers({ serving: [worker] })
  await vi.advanceTimersByTimeAsync(seconds * 1000)
  end()
  return isKilled
}

it('a worker that answers is left alone', async () => {
  expect(await watch(120, () => true)).toBe(false)
})

it('a worker that misses one answer is left alone: the host may have stood still', async () => {
  expect(await watch(120, (time) => time % 2 === 0)).toBe(false)
})

it('a worker that answers no more is ended within half a minute', async () => {
  expect(await watch(20, () => false)).toBe(false)
  expect(await watch(25, () => false)).toBe(true)
})
