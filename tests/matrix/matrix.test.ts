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
  const DRAWN = { attacks: 4, columns: 15 }

  it('comes out the same when it is run', { timeout: 10 * MINUTES }, async () => {
    const drawnColumns = draw(columns, DRAWN.columns)
    const whole = await computeMatrix({
      attacks: draw(attacks, DRAWN.attacks),
      columns: drawnColumns,
      everyCell: true,
    })
    for (const { id, variants } of whole.attacks) {
      const short = matrix.attacks.find((each) => each.id === id)?.variants ?? []
      const outcomes = variants.map(({ cells }) => cells.map(({ outcome }) => outcome))
      const expected = short.map(({ cells }) => drawnColumns.map((column) => cells[columns.indexOf(column)]?.outcome))
      expect(outcomes, `${id} without ${drawnColumns.map((column) => column.id).join(', ')}`).toEqual(expected)
    }
  })
})

/** So many of them, in their order. */
function draw<T>(all: readonly T[], count: number): readonly T[] {
  const left = [...all]
  const drawn = new Set(Array.from({ length: count }, () => left.splice(randomInt(left.length), 1)[0]))
  return all.filter((each) => drawn.has(each))
}
