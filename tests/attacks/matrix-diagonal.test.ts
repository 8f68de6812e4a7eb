/** The diagonal of the ablation matrix: each attack, and the one check that it is written down to need. */
import { attacks, withSettings } from '@countersign/lab'
import {
  columns,
  computeMatrix,
  describeNeed,
  findFaults,
  findOwnColumn,
  settingsWithout,
} from '@countersign/lab/matrix'
import { describe, expect, it } from 'vitest'

const variants = attacks.flatMap(({ id, variants: ways }) =>
  ways.map((variant) => ({ id, title: variant.title, variant })),
)
const onDiagonal = variants.flatMap((each) => {
  const own = findOwnColumn(describeNeed(each.variant))
  return own === undefined ? [] : [{ ...each, own }]
})

describe('the diagonal', () => {
  // That each lands there, and is stopped without, is what the tests of the attacks run.
  it.each(onDiagonal)('$id, $title: its weakened server is the hardened one without $own', ({ variant, own }) => {
    const column = columns.find(({ id }) => id === own)
    expect(column && withSettings(settingsWithout(variant, column), {})).toEqual(
      withSettings(variant.common ?? {}, variant.weakened),
    )
  })

  it('holds nearly all ways of the attacks: the others lack several checks, or have a setting without a column', () => {
    expect(onDiagonal.length).toBeGreaterThan(variants.length * 0.9)
  })

  it('holds some way of every attack', () => {
    const ids = new Set(onDiagonal.map(({ id }) => id))
    expect(attacks.filter(({ id }) => !ids.has(id))).toEqual([])
  })

  it('is computed', { timeout: 60_000 }, async () => {
    const chosen = attacks.filter(({ id }) => id === 'T4')
    const names = ['guard:no_single_use', 'guard:audience']
    const matrix = await computeMatrix({
      attacks: chosen,
      columns: columns.filter(({ id }) => names.includes(id)),
      processes: 1,
    })
    expect(findFaults(matrix)).toEqual([])
    expect(matrix.attacks).toMatchObject([{ id: 'T4', isStopped: true, landsWithout: ['guard:no_single_use'] }])
    expect(matrix.checks).toMatchObject([
      { id: 'guard:audience', verdict: 'defence in depth' },
      { id: 'guard:no_single_use', verdict: 'needed', stops: ['T4'] },
    ])
  })
})
