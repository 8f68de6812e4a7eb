/** What happens to guarded processes themselves, whatever their store is. */
import type { Fault } from '../fault.ts'
import type { Stage, StoreScene } from '../stage.ts'

/** Seconds: far beyond what clocks may differ by, and within the life of a proof. */
const STEP = 40

function last({ guards }: Stage<StoreScene>) {
  const guard = guards.at(-1)
  if (guard === undefined) throw new Error('a stage has guards')
  return guard
}

function first({ guards }: Stage<StoreScene>) {
  const [guard] = guards
  if (guard === undefined) throw new Error('a stage has guards')
  return guard
}

/** One of them is killed, and started again: what it had in memory is gone. */
export const processKilled: Fault<StoreScene> = {
  name: 'process: SIGKILL',
  begin: (stage) => first(stage).signal('SIGKILL'),
  end: (stage) => first(stage).restart(),
}

/** One of them stands still in the midst of its calls, and goes on as if nothing had been. */
export const processStalled: Fault<StoreScene> = {
  name: 'process: SIGSTOP',
  begin: (stage) => first(stage).signal('SIGSTOP'),
  end: (stage) => first(stage).signal('SIGCONT'),
}

/** The clock of one of them goes ahead. */
export const clockForward: Fault<StoreScene> = {
  name: `process: clock +${STEP} s`,
  begin: (stage) => last(stage).setClock(STEP),
  end: (stage) => last(stage).setClock(0),
}

/** The clock of one of them falls behind. */
export const clockBack: Fault<StoreScene> = {
  name: `process: clock -${STEP} s`,
  begin: (stage) => last(stage).setClock(-STEP),
  end: (stage) => last(stage).setClock(0),
}
