/** Measures several things in turns, so that whatever else the machine does falls on all of them alike. */

/** Something to measure: does `count` of it. */
export interface Contestant {
  readonly name: string
  readonly run: (count: number) => Promise<void> | void
  /** Makes ready what so many need, just before; not measured. */
  readonly prepare?: (count: number) => void
}

/** CPU microseconds for one, all threads of the process together: the median of the rounds. */
export type Costs = ReadonlyMap<string, number>

export interface InterleaveOptions {
  readonly rounds: number
  /** How many in a row, per round. */
  readonly batch: number
  /** Rounds before measuring, for the compiler. */
  readonly warmUp: number
  readonly onRound?: (done: number, of: number) => void
}

/** Runs every contestant once per round. */
export async function interleave(contestants: readonly Contestant[], options: InterleaveOptions): Promise<Costs> {
  const samples = new Map<string, number[]>(contestants.map(({ name }) => [name, []]))
  for (let round = 0; round < options.warmUp + options.rounds; round++) {
    for (const { name, run, prepare } of contestants) {
      prepare?.(options.batch)
      const cost = await measure(run, options.batch)
      if (round >= options.warmUp) samples.get(name)?.push(cost)
    }
    options.onRound?.(round + 1, options.warmUp + options.rounds)
  }
  return new Map([...samples].map(([name, costs]) => [name, median(costs)]))
}

async function measure(run: Contestant['run'], batch: number): Promise<number> {
  const before = process.cpuUsage()
  await run(batch)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / batch
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
