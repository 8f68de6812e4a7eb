/** Tells of steps as they are taken: a few times a second, and only of those that are new or answered since. */
import type { Exchange } from '../recording/recording.ts'
import type { Side } from '../run-attack.ts'
import type { Step, Tell } from './events.ts'
import { describeSteps } from './steps.ts'

/** Milliseconds in which what happens is told together. */
const TOGETHER = 60

/** Follows one run. */
export interface LiveSteps {
  /** To be called with everything that there is so far. */
  readonly noted: (exchanges: readonly Exchange[]) => void
  /** Tells what was not told yet; yields all steps. */
  readonly end: () => readonly Step[]
}

/** Follows the run of a side; `nameOf` says who answers at an address. */
export function followSteps(side: Side, nameOf: (url: string) => string, tell: Tell): LiveSteps {
  const told: string[] = []
  let latest: readonly Exchange[] = []
  let timer: NodeJS.Timeout | undefined

  const flush = (isOver: boolean): readonly Step[] => {
    clearTimeout(timer)
    timer = undefined
    const steps = describeSteps({ exchanges: latest, isOver }, nameOf)
    const changed = steps.filter((step) => JSON.stringify(step) !== told[step.index])
    for (const step of changed) told[step.index] = JSON.stringify(step)
    if (changed.length > 0) tell({ type: 'steps', side, total: latest.length, steps: changed })
    return steps
  }

  return {
    noted(exchanges) {
      latest = exchanges
      timer ??= setTimeout(() => flush(false), TOGETHER)
    },
    end: () => flush(true),
  }
}
