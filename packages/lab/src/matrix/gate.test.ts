import { describe, expect, it } from 'vitest'
import { createGate } from './gate.ts'

describe('a gate', () => {
  it('lets so many in, and the next one when one has left', async () => {
    const gate = createGate(2)
    const works = [0, 1, 2].map(() => Promise.withResolvers<void>())
    const started: number[] = []
    const all = works.map((work, index) =>
      gate(() => {
        started.push(index)
        return work.promise
      }),
    )
    expect(started).toEqual([0, 1])
    works[0]?.resolve()
    await all[0]
    await Promise.resolve()
    expect(started).toEqual([0, 1, 2])
    for (const work of works) work.resolve()
    await Promise.all(all)
  })

  it('is free again after work that failed', async () => {
    const gate = createGate(1)
    await expect(gate(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await gate(async () => 'yes')).toBe('yes')
  })
})
