import { describe, expect, it } from 'vitest'
import { attacks } from './attacks/catalogue.ts'
import { findMissing, keepRunnable } from './programs.ts'

const needing = attacks.filter(({ program }) => program !== undefined)

describe('attacks that need a program', () => {
  it('are those on a shared store', () => {
    expect(needing.map(({ id, program }) => [id, program])).toEqual([
      ['A10', 'redis-server'],
      ['X18', 'redis-server'],
    ])
  })

  it('are left out where it is missing, counted, and with the line that installs it', () => {
    const { attacks: kept, leftOut } = keepRunnable(attacks, ({ program }) =>
      program === undefined ? undefined : `${program} is not installed.`,
    )
    expect(kept).toHaveLength(attacks.length - 2)
    expect(leftOut).toBe(
      `${attacks.length - 2} of ${attacks.length} attacks are run, without A10, X18. redis-server is not installed.`,
    )
  })

  it('are run where it is there', () => {
    expect(keepRunnable(attacks, () => undefined)).toEqual({ attacks })
    expect(findMissing({})).toBeUndefined()
  })
})
