/** What a verdict looks like on a terminal. */
import { printable } from '../terminal/printable.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Verdict } from './judge.ts'

/** Prints it: the verdict first, then what it rests on. */
export function describeVerdict(verdict: Verdict, { print, style }: Terminal): void {
  if (verdict.accepted) print(`${style('green', 'Accepted')}, at level ${verdict.level}.`)
  else if (verdict.trust === 'nobody') print(`${style('yellow', 'Not judged')}: nobody is trusted here. See --trust.`)
  else print(`${style('red', `Refused (${verdict.code}):`)} ${printable(verdict.finding)}`)
  if (verdict.assumed.length > 0) print(style('dim', `Taken for granted: ${verdict.assumed.join('; ')}.`))
}
