/** The messages of a run as they are drawn: who to whom, in a few words each way, secrets masked. */
import type { NamedExchange } from '../run-attack.ts'
import type { Step } from '../serve/events.ts'
import { describeSteps } from '../serve/steps.ts'

/** A request with its answer; `stolen` is what the attacker's collector received. */
export type DrawnStep = Pick<Step, 'from' | 'to' | 'request' | 'answer' | 'stolen'>

/** The messages of a run. */
export interface Drawing {
  readonly steps: readonly DrawnStep[]
  /** How many came before these. */
  readonly earlier: number
}

/** The last so many are drawn: of an attack by the hundred, one looks like another. */
const MOST = 40

/** Describes them. */
export function drawExchanges(exchanges: readonly NamedExchange[]): Drawing {
  const last = exchanges.slice(-MOST)
  const names = new Map(last.map(({ url, to }) => [url, to]))
  const steps = describeSteps(last, (url) => names.get(url) ?? 'elsewhere').map(pickDrawn)
  return { steps, earlier: exchanges.length - last.length }
}

function pickDrawn({ from, to, request, answer, stolen }: Step): DrawnStep {
  return { from, to, request, ...(answer !== undefined && { answer }), ...(stolen !== undefined && { stolen }) }
}
