import { describe, expect, it } from 'vitest'
import { Generations } from './generations.ts'

const START = 1_800_000_000
const RETENTION = 130

describe('generations of ids', () => {
  it('hold a million that live in less than 100 MB, and not much more than those', () => {
    const held = new Generations()
    const before = process.memoryUsage().arrayBuffers
    const million = 1_000_000
    let now = START
    let most = 0
    for (let i = 1; i <= 2.5 * million; i++) {
      now += RETENTION / million
      held.turn(now)
      held.add([Math.imul(i, 0x9e3779b1) >>> 0, i, ~i >>> 0, 1], now + RETENTION, now)
      most = Math.max(most, held.count)
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6)
    expect(most).toBeLessThan(1.65 * million)
    expect(most).toBeGreaterThan(million)
  })

  it('take nothing in before their first turn', () => {
    expect(() => new Generations().add([1, 0, 0, 0], START, START)).toThrow(/turn/)
  })

  it('answer nothing when the clock tells no time', () => {
    expect(() => new Generations().turn(Number.NaN)).toThrow(/clock/)
  })
})
