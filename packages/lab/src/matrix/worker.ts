/** A process that computes rows of the matrix, one after the other or several at a time, as it is asked to. */
import { attacks } from '../attacks/catalogue.ts'
import type { Assignment, Report } from './assignment.ts'
import { columns } from './column.ts'
import { createGate } from './gate.ts'
import { computeRow, type RowOptions } from './row.ts'

/** Stages that stand at a time: while one waits for a disk or for a clock, another has the core. */
const STAGES = 4

const gate = createGate(STAGES)

async function work({ number, attack: id, variant: place, columns: ids, everyCell }: Assignment): Promise<Report> {
  const variant = attacks.find((attack) => attack.id === id)?.variants[place]
  if (variant === undefined) throw new RangeError(`there is no variant ${place} of ${id}`)
  const options: RowOptions = { columns: columns.filter((column) => ids.includes(column.id)), gate, everyCell }
  return { number, row: await computeRow(variant, options) }
}

process.on('message', (assignment: Assignment) => {
  // Whatever is thrown here is a mistake of ours: the process ends with it, and the command hears that.
  void work(assignment).then((report) => process.send?.(report))
})

// Without the command there is nobody to compute for.
process.once('disconnect', () => process.exit())
