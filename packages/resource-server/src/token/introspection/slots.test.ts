import { describe, expect, it } from 'vitest'
import { createSlots } from './slots.ts'

const never = new AbortController().signal

/** A job that ends when the test says so. */
function createJob() {
  const { promise, resolve } = Promise.withResolvers<string>()
  const state = { started: false, end: resolve }
  const run = () => {
    state.started = true
    return promise
  }
  return { state, run }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('slots', () => {
  it('run so many jobs at once, the others in order as those end, and no more than may wait', async () => {
    const slots = createSlots({ running: 2, waiting: 2 })
    const jobs = Array.from({ length: 5 }, createJob)
    const runs = jobs.map(({ run }) => slots.run(run, never))
    const started = () => jobs.map(({ state }) => state.started)
    await turn()
    expect(started()).toEqual([true, true, false, false, false])
    expect(runs[4]).toBeUndefined()
    jobs[1]?.state.end('second')
    expect(await runs[1]).toBe('second')
    await turn()
    expect(started()).toEqual([true, true, true, false, false])
    jobs[0]?.state.end('first')
    jobs[2]?.state.end('third')
    await turn()
    expect(started()).toEqual([true, true, true, true, false])
    jobs[3]?.state.end('fourth')
    expect(await Promise.all(runs)).toEqual(['first', 'second', 'third', 'fourth', undefined])
  })

  it('are free again when a job has failed', async () => {
    const slots = createSlots({ running: 1, waiting: 1 })
    const failing = slots.run(() => Promise.reject(new Error('failed')), never)
    const next = slots.run(async () => 'next', never)
    await expect(failing).rejects.toThrow('failed')
    expect(await next).toBe('next')
    expect(await slots.run(async () => 'later', never)).toBe('later')
  })

  it('are not waited for longer than the signal allows, and the place in the row is free again', async () => {
    const slots = createSlots({ running: 1, waiting: 1 })
    const first = createJob()
    const running = slots.run(first.run, never)
    const impatient = new AbortController()
    const second = createJob()
    const waiting = slots.run(second.run, impatient.signal)
    impatient.abort(new Error('no more time'))
    await expect(waiting).rejects.toThrow('no more time')
    const third = slots.run(async () => 'third', never)
    first.state.end('first')
    expect([await running, await third]).toEqual(['first', 'third'])
    expect(second.state.started).toBe(false)
  })
})
