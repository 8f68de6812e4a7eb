/** One row of the matrix: one way of an attack against the hardened servers, without nothing, and without each check. */
import type { AttackVariant } from '../attack.ts'
import { withSettings } from '../scene/scene-options.ts'
import { type Cell, fillCell, type Played, playVariant, type Stage, toCell } from './cell.ts'
import { type Column, settingsWithout } from './column.ts'
import { canDiffer, createFootprint, type Run } from './footprint.ts'
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
  const [hardened, weak] = await Promise.all([
    gate(() => playPatiently(variant, { settings: { ...common, watch: footprint } })),
    gate(() => playPatiently(variant, { settings: withSettings(common, weakened), isWeak: true })),
  ])
  const own = findOwnColumn(describeNeed(variant))
  const untouched: string[] = []
  const cells = await Promise.all(
    columns.map((column): Cell | Promise<Cell> => {
      if (column.id === own) return toCell(weak)
      if (!everyCell && !mayDiffer(column, { settings: common, footprint }, hardened)) {
        untouched.push(column.id)
        return toCell(hardened)
      }
      return gate(() => fillCell(variant, settingsWithout(variant, column)))
    }),
  )
  const stoppedAsExpected = 'outcome' in hardened && hardened.outcome.stoppedAsExpected
  return { hardened: draw(hardened), stoppedAsExpected, weakened: draw(weak), cells, untouched }
}

/** A play that fails is begun once more. */
async function playPatiently(variant: AttackVariant, stage: Stage): Promise<Played> {
  const first = await playVariant(variant, stage)
  return 'outcome' in first ? first : playVariant(variant, stage)
}

/** Of a play that failed nothing is known. */
function mayDiffer(column: Column, run: Omit<Run, 'exchanges'>, played: Played): boolean {
  return 'error' in played || canDiffer(column, { ...run, exchanges: played.outcome.exchanges })
}

function draw(played: Played): DrawnCell {
  return { ...toCell(played), ...drawExchanges('outcome' in played ? played.outcome.exchanges : []) }
}
