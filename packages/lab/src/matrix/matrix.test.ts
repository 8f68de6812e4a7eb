import { describe, expect, it } from 'vitest'
import type { SceneOptions } from '../scene/scene-options.ts'
import { attackWith, landed, rowOf, stopped, twoColumns } from './matrix.test-fixture.ts'
import { concludeMatrix, findFaults } from './matrix.ts'
import type { Row } from './row.ts'

const conclude = (weakened: SceneOptions, row: Row) =>
  concludeMatrix([{ attack: attackWith(weakened), rows: [row] }], twoColumns)

describe('the matrix', () => {
  it('calls a check needed without which an attack lands, and the other one defence in depth', () => {
    const { attacks, checks } = conclude({ weak: ['audience'] }, rowOf([stopped, landed]))
    expect(attacks[0]).toMatchObject({ verdict: 'lands without one check', landsWithout: ['guard:audience'] })
    expect(checks).toMatchObject([
      { id: 'guard:known_host', verdict: 'defence in depth', stops: [], stopsTogether: [] },
      { id: 'guard:audience', verdict: 'needed', stops: ['T0'] },
    ])
  })

  it('names checks that stop an attack together only', () => {
    const { attacks, checks } = conclude({ weak: ['known_host', 'audience'] }, rowOf([stopped, stopped]))
    expect(attacks[0]?.verdict).toBe('lands without several checks')
    expect(checks.map(({ stopsTogether }) => stopsTogether)).toEqual([['T0'], ['T0']])
  })

  it('names attacks whose weakened server has another setting', () => {
    const { attacks } = conclude({ accessTokenLifetime: 3600 }, rowOf([stopped, stopped]))
    expect(attacks[0]?.verdict).toBe('lands with another setting')
  })

  it('counts which cells were run, and how many ways came to a check', () => {
    const { cells, checks } = conclude({}, rowOf([stopped, stopped], { untouched: ['guard:audience'] }))
    expect(cells).toEqual({ run: 1, untouched: 1 })
    expect(checks.map(({ tried }) => tried)).toEqual([1, 0])
  })
})

describe('what is wrong with a matrix', () => {
  it('is nothing where each attack lands without something, and is stopped with its code', () => {
    expect(findFaults(conclude({ weak: ['audience'] }, rowOf([stopped, landed])))).toEqual([])
  })

  it('is an attack that the hardened servers do not stop as they have to', () => {
    const row = rowOf([stopped, landed], { stoppedAsExpected: false })
    expect(findFaults(conclude({ weak: ['audience'] }, row))).toEqual([
      expect.stringContaining('stopped with 401 invalid_token, and not with invalid_token'),
    ])
  })

  it('is an attack that was not seen to land anywhere', () => {
    const row = rowOf([stopped, stopped], { weakened: { ...stopped, steps: [], earlier: 0 } })
    expect(findFaults(conclude({ weak: ['audience'] }, row))).toContain('T0 was not seen to land anywhere')
  })

  it('is a cell of which it could not be told', () => {
    const row = rowOf([{ outcome: 'unclear', status: 0, failure: 'no token' }, landed])
    expect(findFaults(conclude({ weak: ['audience'] }, row))).toEqual([
      expect.stringContaining('without guard:known_host: no token'),
    ])
  })
})
