/** Runs attacks of the lab, and tells what happened: as a story, or as one line of JSON each. */
import { type AttackResult, maskSecrets, notObeyed, runAttacks, type Side, type VariantOutcome } from '@countersign/lab'
import type { Context } from '../context.ts'
import { printable } from '../terminal/printable.ts'
import { withProgress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { chooseAttacks } from './choose.ts'
import { drawExchanges } from './drawing.ts'
import { writeOut } from './message.ts'
import { seatModel } from './model.ts'
import { isAsItHasToBe, summarise } from './summary.ts'

/** How it is told. */
export interface LabRunOptions {
  readonly all?: true
  readonly http?: true
  readonly showSecrets?: true
  readonly only?: Side
  readonly json?: true
  /** A model in the obedient agent's place: where its interface is, its name there, and which variable holds its key. */
  readonly modelUrl?: string
  readonly model?: string
  readonly modelKeyEnv?: string
}

/** Finishes with 1 when an attack does not land where it has to, or is not stopped as it has to be. */
export async function runLab(ids: readonly string[], options: LabRunOptions, context: Context): Promise<void> {
  const { terminal } = context
  const seated = seatModel(options)
  const { attacks: chosen, leftOut } = chooseAttacks(ids, options)
  if (leftOut !== undefined) terminal.note(leftOut)
  let over = 0
  const progress = (result: AttackResult): void => {
    over += 1
    if (terminal.isNoted && chosen.length > 1) {
      const word = isAsItHasToBe(result)
        ? terminal.styleNote('green', 'as expected')
        : terminal.styleNote('red', 'not as expected')
      terminal.note(`${over}/${chosen.length} ${result.attack.id} ${word}`)
    }
  }
  const results = await withProgress(terminal, 'attacking', runAttacks(chosen, { progress, ...seated }))
  for (const result of results) {
    if (options.json === true) terminal.print(JSON.stringify(summarise(result, seated.mind !== undefined)))
    else tellStory(result, options, terminal)
  }
  if (!results.every(isAsItHasToBe)) context.finish(1)
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
  else if (outcome.code === notObeyed) terminal.print('the model did not do what the text says: nothing is proven')
  else if (landed) terminal.print(terminal.style('red', `the attacker wins: ${status}`))
  else if (outcome.stoppedAsExpected) terminal.print(terminal.style('green', `the defence holds: ${sayStop(outcome)}`))
  else
    terminal.print(terminal.style('red', `stopped, but with ${sayStop(outcome)} and not with ${outcome.expectedCode}`))
}

/** What stops an attack that nobody answers has no status. */
function sayStop({ status, code = 'no code' }: VariantOutcome): string {
  return status === 0 ? code : `${status} ${code}`
}
