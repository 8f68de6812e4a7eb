/** One row of the matrix: one way of an attack against the hardened servers, without nothing, and without each check. */
import type { AttackVariant } from '../attack.ts'
import type { NamedExchange, VariantOutcome } from '../run-attack.ts'
import { withSettings } from '../scene/scene.ts'
import { type Cell, fillCell, playVariant, toCell, toUnclear } from './cell.ts'
import { type Column, settingsWithout } from './column.ts'
import { canDiffer, createFootprint, type Footprint } from './footprint.ts'
import type { Gate } from './gate.ts'
import { describeNeed, findOwnColumn } from './need.ts'
import { type Drawing, drawExchanges } from './steps.ts'

/** A cell with what went over the wire. */
export interface DrawnCell extends Cell, Drawing {}

/** What came of one way of an attack. */
export interface Row {
  /** Against the servers that lack nothing. */
  readonly hardened: DrawnCell
  /** Stopped there with exactly the status and the code that it has to be stopped with. */
  readonly stoppedAsExpected: boolean
  /** Against the variant's own weakened server. */
  readonly weakened: DrawnCell
  /** One for each column, in their order. */
  readonly cells: readonly Cell[]
  /** Ids of the columns that were not run, as the check did nothing when the hardened servers were attacked. */
  readonly untouched: readonly string[]
}

/** How it is computed. */
export interface RowOptions {
  readonly columns: readonly Column[]
  /** Keeps too many stages from standing at a time. */
  readonly gate: Gate
  /** Runs the cells too that cannot differ from the hardened servers. */
  readonly everyCell?: boolean
}

/** Computes it. */
export async function computeRow(variant: AttackVariant, options: RowOptions): Promise<Row> {
  const { columns, gate, everyCell = false } = options
  const { common = {}, weakened } = variant
  const footprint = createFootprint()
  const [baseline, weak] = await Promise.all([
    gate(() => attempt(() => playVariant(variant, { ...common, watch: footprint }))),
    gate(() => attempt(() => playVariant(variant, withSettings(common, weakened), true))),
  ])
  const own = findOwnColumn(describeNeed(variant))
  const untouched: string[] = []
  const cells = await Promise.all(
    columns.map((column): Cell | Promise<Cell> => {
      if (column.id === own) return weak.cell
      if (!everyCell && !mayDiffer(column, footprint, baseline)) {
        untouched.push(column.id)
        return baseline.cell
      }
      return gate(() => fillCell(variant, settingsWithout(variant, column)))
    }),
  )
  return {
    hardened: draw(baseline),
    stoppedAsExpected: baseline.outcome?.stoppedAsExpected === true,
    weakened: draw(weak),
    cells,
    untouched,
  }
}

interface Attempt {
  readonly cell: Cell
  readonly outcome?: VariantOutcome
}

async function attempt(play: () => Promise<VariantOutcome>): Promise<Attempt> {
  try {
    const outcome = await play()
    return { cell: toCell(outcome), outcome }
  } catch (error) {
    return { cell: toUnclear(error) }
  }
}

/** Of a run that failed nothing is known. */
function mayDiffer(column: Column, footprint: Footprint, { outcome }: Attempt): boolean {
  return outcome === undefined || canDiffer(column, footprint, outcome.exchanges)
}

function draw({ cell, outcome }: Attempt): DrawnCell {
  const exchanges: readonly NamedExchange[] = outcome?.exchanges ?? []
  return { ...cell, ...drawExchanges(exchanges) }
}
