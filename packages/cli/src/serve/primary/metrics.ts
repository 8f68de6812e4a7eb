/** What the primary counts of its workers, beside what they count themselves. */
import { createMeter } from '../../admin/meter.ts'
import { mergeMetrics } from './merge-metrics.ts'
import type { Pool } from './pool.ts'

/** Metrics of a host. */
export interface HostMetrics {
  /** A worker ended without being told to. */
  readonly countDeath: () => void
  /** A configuration came to count, or was refused. */
  readonly countReload: (outcome: 'done' | 'refused') => void
  /** From now on the workers of the pool are asked for theirs. */
  follow(pool: Pick<Pool, 'serving' | 'wanted'>): void
  /** All of them, as Prometheus text; those of workers with the label `worker`. */
  render(): Promise<string>
}

const PATIENCE_MS = 3_000

/** Starts counting from nothing. */
export function createHostMetrics(): HostMetrics {
  const { meter, render } = createMeter()
  const workers = meter.createObservableGauge('countersign.serve.workers', {
    description: 'Workers that serve, and how many should',
    unit: '{worker}',
  })
  const deaths = meter.createCounter('countersign.serve.worker_deaths', {
    description: 'Workers that ended without being told to',
    unit: '{worker}',
  })
  const reloads = meter.createCounter('countersign.serve.reloads', {
    description: 'Configurations that came to count, or were refused',
    unit: '{reload}',
  })
  // Series that are there before anything happens show their first increase too.
  deaths.add(0)
  for (const outcome of ['done', 'refused']) reloads.add(0, { outcome })
  let followed: Pick<Pool, 'serving' | 'wanted'> | undefined
  workers.addCallback((result) => {
    if (followed === undefined) return
    result.observe(followed.serving.length, { state: 'serving' })
    result.observe(followed.wanted, { state: 'wanted' })
  })
  return {
    countDeath: () => deaths.add(1),
    countReload: (outcome) => reloads.add(1, { outcome }),
    follow(pool) {
      followed = pool
    },
    async render() {
      const [own, theirs] = await Promise.all([render(), collect(followed)])
      return own + mergeMetrics(theirs)
    },
  }
}

/** The text of each worker that answers in time, by its number. */
async function collect(pool: Pick<Pool, 'serving'> | undefined): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  const workers = [...(pool?.serving ?? [])].sort((a, b) => a.number - b.number)
  const answers = workers.map(async (worker) => {
    const text = await worker.ask('metrics', PATIENCE_MS).catch(() => '')
    return [String(worker.number), String(text)] as const
  })
  for (const [number, text] of await Promise.all(answers)) texts.set(number, text)
  return texts
}
