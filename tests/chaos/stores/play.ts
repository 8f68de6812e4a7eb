/** Plays the faults of an act: calm, fault, recovery, and in each of them everything is replayed. */
import { setTimeout as delay } from 'node:timers/promises'
import type { GoodCalls } from './callers/good-calls.ts'
import type { Act, Fault, FaultOutcome } from './fault.ts'
import type { Stage, StoreScene } from './stage.ts'

/** Milliseconds. */
export interface Tempo {
  readonly calm: number
  readonly fault: number
  readonly recovery: number
  /** For each of the three times that everything is replayed, at the most. */
  readonly sweep: number
}

/** How an act is played. */
export interface PlayOptions {
  readonly tempo: Tempo
  /** Hears of each fault when it begins, by the names of act and fault. */
  readonly begins: (act: string, fault: string) => void
  /** Hears what came of it. */
  readonly over: (outcome: FaultOutcome) => void
}

/** An act that can be played, whatever its store is. */
export interface Play {
  readonly faults: number
  /** Sets the stage, and plays every fault on it. */
  run(options: PlayOptions): Promise<void>
}

/** Makes an act ready. */
export function toPlay<Store extends StoreScene>(act: Act<Store>): Play {
  return {
    faults: act.faults.length,
    async run(options) {
      const stage = await act.set()
      try {
        for (const fault of act.faults) {
          options.begins(act.name, fault.name)
          options.over(await playFault(act.name, fault, { stage, tempo: options.tempo }))
        }
      } finally {
        await stage.stop()
      }
    },
  }
}

/** Served calls in a row, over all clients, before a fault counts as over; and milliseconds until nobody waits longer. */
const RECOVERED = { calls: 40, within: 12_000 }

async function playFault<Store extends StoreScene>(
  act: string,
  fault: Fault<Store>,
  { stage, tempo }: { readonly stage: Stage<Store>; readonly tempo: Tempo },
): Promise<FaultOutcome> {
  const { attacker } = stage
  const alone = await stage.countAlone()
  const before = { attacked: attacker.figures.attacked, runs: tally(stage.runs()) }
  stage.countAnew()
  attacker.mark()
  await delay(tempo.calm)
  const over = delay(fault.lasts ?? tempo.fault)
  await fault.begin(stage)
  await attacker.sweep(tempo.sweep)
  await over
  await fault.end?.(stage)
  await attacker.sweep(tempo.sweep)
  await untilServed(stage)
  await delay(tempo.recovery)
  await attacker.sweep(tempo.sweep)
  const { plain, capable } = stage.calls
  const runs = stage.runs()
  const all = [plain, capable]
  const sum = (figure: (calls: GoodCalls) => number) => all.reduce((total, calls) => total + figure(calls), 0)
  return {
    act,
    fault: fault.name,
    served: sum((calls) => calls.figures.served),
    refused: sum((calls) => calls.figures.refused),
    reasons: { plain: plain.figures.reasons, capable: capable.figures.reasons },
    longestOutage: { plain: plain.figures.longestOutage, capable: capable.figures.longestOutage },
    attacked: attacker.figures.attacked - before.attacked,
    acceptedReplays: tally(runs) - before.runs,
    lost: sum((calls) => calls.acknowledged.filter((run) => !runs.has(run)).length),
    // A process that was started again has begun anew.
    alone: Math.max(0, (await stage.countAlone()) - alone),
    revived: sum((calls) => calls.denied.filter((run) => runs.has(run)).length),
  }
}

/** Every thing is done once: a note is written under the id of its proof, and a capability is good for one use. */
function tally(runs: ReadonlyMap<string, number>): number {
  return [...runs.values()].reduce((sum, count) => sum + count - 1, 0)
}

async function untilServed<Store extends StoreScene>({ calls: { plain } }: Stage<Store>): Promise<void> {
  const patience = performance.now() + RECOVERED.within
  for (let refused = -1, served = 0; performance.now() < patience; await delay(50)) {
    const { figures } = plain
    if (figures.refused !== refused) {
      refused = figures.refused
      served = figures.served
    } else if (figures.served - served >= RECOVERED.calls) return
  }
}
