/** The whole ablation matrix. */
import { randomInt } from 'node:crypto'
import { attacks } from '@countersign/lab'
import { columns, computeMatrix, findFaults, type Matrix } from '@countersign/lab/matrix'
import { beforeAll, describe, expect, it } from 'vitest'

const MINUTES = 60_000

let matrix: Matrix

beforeAll(async () => {
  matrix = await computeMatrix({ attacks })
}, 15 * MINUTES)

describe('the matrix', () => {
  it('has a column for every weakness that the servers know and every setting that can be wrong, and a row for every way of every attack', () => {
    expect(matrix.checks.map(({ id }) => id)).toEqual(columns.map(({ id }) => id))
    expect(matrix.attacks.map(({ id, variants }) => [id, variants.length])).toEqual(
      attacks.map(({ id, variants }) => [id, variants.length]),
    )
  })

  it('has every attack stopped by the hardened servers with exactly its code, and landing where something is missing', () => {
    expect(findFaults(matrix)).toEqual([])
  })

  it('has every attack land in some column', () => {
    for (const { id, verdict, landsWithout } of matrix.attacks) {
      expect(landsWithout, id).not.toEqual([])
      expect(verdict, id).toBe('lands without one check')
    }
  })

  it('has every check stop an attack alone, or calls it defence in depth', () => {
    for (const { id, verdict, stops } of matrix.checks) {
      expect(verdict, id).toBe(stops.length > 0 ? 'needed' : 'defence in depth')
    }
    expect(matrix.checks.filter(({ verdict }) => verdict === 'needed').length).toBeGreaterThan(columns.length / 2)
  })
})

describe('what was not run', () => {
  /** Any of them may be drawn: none may differ. */
  const DRAWN = 3

  it('comes out the same when it is run', { timeout: 10 * MINUTES }, async () => {
    const chosen = Array.from({ length: DRAWN }, () => attacks[randomInt(attacks.length)]).filter(
      (attack, place, all) => attack !== undefined && all.indexOf(attack) === place,
    )
    const whole = await computeMatrix({ attacks: chosen.filter((attack) => attack !== undefined), everyCell: true })
    for (const attack of whole.attacks) {
      const short = matrix.attacks.find(({ id }) => id === attack.id)
      const outcomes = ({ variants }: typeof attack) => variants.map(({ cells }) => cells.map(({ outcome }) => outcome))
      expect(outcomes(attack), attack.id).toEqual(short && outcomes(short))
    }
  })
})
