/** Computes the ablation matrix, and tells it: as a table, as one line of JSON, as a page. */
import { writeFileSync } from 'node:fs'
import { attacks, keepRunnable, type Runnable } from '@countersign/lab'
import { type Column, columns, computeMatrix, findFaults, writeMatrixPage } from '@countersign/lab/matrix'
import type { Context } from '../context.ts'
import { CommandFailed, wrongUsage } from '../exit.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { requireRunnable } from './choose.ts'
import { describeMatrix } from './matrix-json.ts'
import { printMatrix } from './matrix-table.ts'

/** What of it, and how it is told. */
export interface LabMatrixOptions {
  readonly attacks?: readonly string[]
  readonly checks?: readonly string[]
  readonly everyCell?: true
  readonly json?: true
  readonly html?: string
}

/** Finishes with 1 when something in it is not as it has to be. */
export async function runMatrix(options: LabMatrixOptions, { terminal, finish }: Context): Promise<void> {
  const { attacks: chosen, leftOut } = chooseAttacks(options.attacks)
  if (leftOut !== undefined) terminal.note(leftOut)
  const chosenColumns = chooseChecks(options.checks)
  // Before the minutes that it takes, and not after them.
  if (options.html !== undefined) writePage(options.html, '')
  const matrix = await computeMatrix({
    attacks: chosen,
    columns: chosenColumns,
    everyCell: options.everyCell === true,
    progress: showProgress(terminal),
  })
  if (options.html !== undefined) writePage(options.html, writeMatrixPage(matrix, chosen))
  const faults = findFaults(matrix)
  if (options.json === true) terminal.print(JSON.stringify(describeMatrix(matrix)))
  else printMatrix(matrix, terminal)
  if (faults.length > 0) finish(1)
}

function chooseAttacks(ids: readonly string[] | undefined): Runnable {
  if (ids === undefined) return keepRunnable(attacks)
  const wanted = ids.flatMap((text) => text.toLowerCase().split(','))
  const unknown = wanted.find((id) => !attacks.some((attack) => attack.id.toLowerCase() === id))
  if (unknown !== undefined) throw wrongUsage(`There is no attack ${unknown}. All of them: countersign lab list`)
  return requireRunnable(attacks.filter(({ id }) => wanted.includes(id.toLowerCase())))
}

function chooseChecks(names: readonly string[] | undefined): readonly Column[] {
  if (names === undefined) return columns
  const wanted = names.flatMap((text) => text.split(','))
  const isNamed = ({ id, name }: Column, word: string): boolean => word === id || word === name
  const unknown = wanted.find((word) => !columns.some((column) => isNamed(column, word)))
  if (unknown !== undefined) {
    throw wrongUsage(`There is no check ${unknown}. There are: ${columns.map(({ id }) => id).join(', ')}`)
  }
  return columns.filter((column) => wanted.some((word) => isNamed(column, word)))
}

function writePage(path: string, page: string): void {
  try {
    writeFileSync(path, page)
  } catch {
    throw new CommandFailed(`${path} cannot be written. Name a file in a folder that is there and yours.`)
  }
}

const BAR = 30

/** Back to the line before, and that one empty. */
const OVER = '\u001b[1A\u001b[2K'

/** A bar that grows in its place. */
function showProgress(terminal: Terminal): (done: number, total: number, attack: string) => void {
  if (!terminal.isNoted) return () => {}
  terminal.note(drawBar(0, 'starting'))
  return (done, total, attack) => terminal.note(`${OVER}${drawBar(done / total, `${done}/${total} ${attack}`)}`)
}

function drawBar(share: number, word: string): string {
  const full = Math.round(share * BAR)
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${word}`
}
