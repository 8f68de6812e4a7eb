/** The matrix in the terminal: a table for each kind of attack, then what the checks are worth that stop none alone. */
import {
  describeLack,
  describeWorth,
  findFaults,
  type Matrix,
  type MatrixAttack,
  type MatrixCheck,
} from '@countersign/lab/matrix'
import { printable } from '../terminal/printable.ts'
import type { Terminal } from '../terminal/terminal.ts'

const kinds = {
  T: 'Attacks of the token talk',
  A: 'Attacks of the threat analysis',
  X: 'Attacks beyond both',
} as const

/** Prints it. */
export function printMatrix(matrix: Matrix, terminal: Terminal): void {
  const { checks, attacks } = matrix
  for (const [letter, title] of Object.entries(kinds)) {
    const own = attacks.filter(({ id }) => id.startsWith(letter))
    if (own.length > 0) printTable(title, checks, own, terminal)
  }
  printOthers(attacks, terminal)
  printDepth(checks, terminal)
  for (const fault of findFaults(matrix)) terminal.print(terminal.style('red', printable(fault)))
  const needed = checks.filter(({ verdict }) => verdict === 'needed').length
  const { run, untouched } = matrix.cells
  terminal.print(`${needed} of ${checks.length} checks alone stop some attack.`)
  terminal.print(terminal.style('dim', `${run} runs; ${untouched} more would have been the same.`))
}

/** Rows: checks without which some of these land. */
function printTable(
  title: string,
  checks: readonly MatrixCheck[],
  attacks: readonly MatrixAttack[],
  terminal: Terminal,
): void {
  const rows = checks.filter(({ stops }) => attacks.some(({ id }) => stops.includes(id)))
  const label = Math.max('without'.length, ...rows.map(({ id }) => id.length))
  terminal.print(terminal.style('bold', title))
  terminal.print(`${'without'.padEnd(label)} ${attacks.map(({ id }) => id.padStart(4)).join('')}`)
  for (const { id, stops } of rows) {
    const cells = attacks.map((attack) => {
      const lands = stops.includes(attack.id)
      return terminal.style(lands ? 'red' : 'dim', (lands ? '●' : '·').padStart(4))
    })
    terminal.print(`${id.padEnd(label)} ${cells.join('')}`)
  }
  terminal.print('')
}

/** Ways whose weakened server is not the hardened one without one check. */
function printOthers(attacks: readonly MatrixAttack[], terminal: Terminal): void {
  const others = attacks.flatMap(({ id, variants }) =>
    variants
      .filter(({ cells }) => !cells.some(({ outcome }) => outcome === 'landed'))
      .map((variant) => `${id.padEnd(4)} ${variant.title}: lands ${describeLack(variant)}`),
  )
  if (others.length === 0) return
  terminal.print(terminal.style('bold', 'Ways that land without no check alone'))
  for (const line of others) terminal.print(printable(line))
  terminal.print('')
}

function printDepth(checks: readonly MatrixCheck[], terminal: Terminal): void {
  const depth = checks.filter(({ verdict }) => verdict === 'defence in depth')
  if (depth.length === 0) return
  terminal.print(terminal.style('bold', 'Checks that stop none of these attacks alone'))
  for (const check of depth) terminal.print(`${check.id}  ${terminal.style('dim', describeWorth(check))}`)
  terminal.print('')
}
