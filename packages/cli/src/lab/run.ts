/** Runs attacks of the lab, and tells what happened: as a story, or as one line of JSON each. */
import {
  type Attack,
  type AttackOutcome,
  type AttackResult,
  attacks,
  maskSecrets,
  runAttacks,
  type Side,
  type VariantOutcome,
} from '@countersign/lab'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit.ts'
import { printable } from '../terminal/printable.ts'
import { withProgress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { drawExchanges } from './drawing.ts'
import { writeOut } from './message.ts'

/** How it is told. */
export interface LabRunOptions {
  readonly all?: true
  readonly http?: true
  readonly showSecrets?: true
  readonly only?: Side
  readonly json?: true
}

/** Finishes with 1 when an attack does not land where it has to, or is not stopped as it has to be. */
export async function runLab(ids: readonly string[], options: LabRunOptions, context: Context): Promise<void> {
  const { terminal } = context
  const chosen = choose(ids, options)
  let over = 0
  const running = runAttacks(chosen, (result) => {
    over += 1
    if (terminal.isNoted && chosen.length > 1) {
      const word = isAsItHasToBe(result)
        ? terminal.styleNote('green', 'as expected')
        : terminal.styleNote('red', 'not as expected')
      terminal.note(`${over}/${chosen.length} ${result.attack.id} ${word}`)
    }
  })
  const results = await withProgress(terminal, 'attacking', running)
  for (const result of results) {
    if (options.json === true) terminal.print(JSON.stringify(summarise(result)))
    else tellStory(result, options, terminal)
  }
  if (!results.every(isAsItHasToBe)) context.finish(1)
}

function choose(ids: readonly string[], { all }: LabRunOptions): readonly Attack[] {
  if (all === true) return attacks
  if (ids.length === 0) throw wrongUsage('Name an attack, such as T4, or give --all. All of them: countersign lab list')
  return ids.map((id) => {
    const attack = find(id.toLowerCase())
    if (attack === undefined) throw wrongUsage(`There is no attack ${id}. All of them: countersign lab list`)
    return attack
  })
}

/** By the number of an attack, or of some of its ways: these alone, then. */
function find(id: string): Attack | undefined {
  const named = (each: { readonly id?: string }): boolean => each.id?.toLowerCase() === id
  for (const attack of attacks) {
    if (named(attack)) return attack
    const variants = attack.variants.filter(named)
    if (variants.length > 0) return { ...attack, id: variants[0]?.id ?? attack.id, variants }
  }
  return undefined
}

function isAsItHasToBe({ weakened, hardened }: AttackResult): boolean {
  return weakened.landed && hardened.stoppedAsExpected
}

type Verdict = 'landed' | 'stopped'

interface Summary {
  readonly weakened: Verdict
  readonly hardened: Verdict
  readonly code: string
  readonly expected_code: string
}

function summarise({ attack, weakened, hardened }: AttackResult): object {
  const variants = hardened.variants.map((variant, index) => {
    const { title, failure } = variant
    const failed = failure ?? weakened.variants[index]?.failure
    const sides = { weakened: select(weakened, index), hardened: select(hardened, index) }
    return { title, ...judge(sides), ...(failed !== undefined && { failure: failed }) }
  })
  return { id: attack.id, ...judge({ weakened, hardened }), variants }
}

function select({ variants }: AttackOutcome, index: number): AttackOutcome {
  const only = variants.slice(index, index + 1)
  const [variant] = only
  return { landed: variant?.landed === true, stoppedAsExpected: variant?.stoppedAsExpected === true, variants: only }
}

/** Several ways that are stopped in several ways have their codes side by side. */
function judge({ weakened, hardened }: Pick<AttackResult, 'weakened' | 'hardened'>): Summary {
  const unique = (codes: readonly (string | undefined)[]): string =>
    [...new Set(codes.map((code) => code ?? 'none'))].join(' ')
  return {
    weakened: weakened.landed ? 'landed' : 'stopped',
    hardened: hardened.stoppedAsExpected ? 'stopped' : 'landed',
    code: unique(hardened.variants.map(({ code }) => code)),
    expected_code: unique(hardened.variants.map(({ expectedCode }) => expectedCode)),
  }
}

const sides = ['weakened', 'hardened'] as const satisfies readonly Side[]

const sideWords = { weakened: 'the server that lacks it', hardened: 'the hardened server' }

function tellStory(result: AttackResult, options: LabRunOptions, terminal: Terminal): void {
  const { id, title, needs, steps, analog } = result.attack
  terminal.print(terminal.style('bold', `${id}  ${title}`))
  for (const [index, step] of steps.entries()) terminal.print(`  ${index + 1}. ${step}`)
  terminal.print(`  Needs: ${needs}.`)
  terminal.print(`  Like: ${analog}`)
  for (const [index, { title: way }] of result.attack.variants.entries()) {
    terminal.print(`\n${terminal.style('bold', way)}`)
    for (const side of options.only === undefined ? sides : [options.only]) {
      const outcome = result[side].variants[index]
      if (outcome === undefined) continue
      terminal.print(terminal.style('dim', `\n${sideWords[side]}`))
      tellVariant(outcome, options, terminal)
    }
  }
  terminal.print('')
}

function tellVariant(outcome: VariantOutcome, { http, showSecrets }: LabRunOptions, terminal: Terminal): void {
  const { failure, status, landed } = outcome
  const masked = showSecrets === true ? outcome.exchanges : maskSecrets(outcome.exchanges)
  const exchanges = masked.map((exchange, index) => ({ ...exchange, to: outcome.exchanges[index]?.to ?? '' }))
  for (const line of drawExchanges(exchanges, { landed }, (style, text) => terminal.style(style, printable(text)))) {
    terminal.print(line)
  }
  if (http === true) {
    for (const exchange of exchanges) for (const line of ['', ...writeOut(exchange)]) terminal.print(printable(line))
  }
  if (failure !== undefined) terminal.print(terminal.style('red', printable(`failed: ${failure}`)))
  else if (landed) terminal.print(terminal.style('red', `the attacker wins: ${status}`))
  else if (outcome.stoppedAsExpected) terminal.print(terminal.style('green', `the defence holds: ${sayStop(outcome)}`))
  else
    terminal.print(terminal.style('red', `stopped, but with ${sayStop(outcome)} and not with ${outcome.expectedCode}`))
}

/** What stops an attack that nobody answers has no status. */
function sayStop({ status, code = 'no code' }: VariantOutcome): string {
  return status === 0 ? code : `${status} ${code}`
}
