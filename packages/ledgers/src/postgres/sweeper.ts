/** Sweeps away, beside what a ledger spends, what is long past its time: bounded, so that it holds nobody up. */
import { withConnection } from './epoch-keeper.ts'
import type { DatabaseInternals } from './open-postgres.ts'

/** What a ledger tells it. */
export interface Sweeper {
  /** So many rows were added. */
  added(rows: number): void
  stop(): void
}

/** Milliseconds, about: processes that sweep at the same moment gain nothing. */
const INTERVAL = 1000
/** Rows at once: twice what was added by this process, so that the table stays bounded. */
const [FEWEST, MOST] = [100, 20_000]

/** Starts it; whatever comes of a sweep, heartbeats tell of the server's health. */
export function startSweeper(schema: string, { keeper, watching }: DatabaseInternals): Sweeper {
  // Judged as a spend is: a server whose clock has run away must not forget for that.
  const text = `SELECT CASE WHEN (${schema}.judge($1, $2, $3)).verdict = 'ok' THEN ${schema}.sweep($4) END`
  let added = 0
  let most = MOST
  let isStopped = false
  let timer: NodeJS.Timeout | undefined

  const sweep = async (): Promise<void> => {
    if (keeper.health.health !== 'healthy') return
    const rows = Math.min(Math.max(2 * added, 1000), most)
    added = 0
    // A sweep that takes too long is undone, and the next one tries less.
    most = Math.max(FEWEST, most / 4)
    await withConnection(watching, (connection) => connection.run(text, [...keeper.judged(), Math.floor(rows)]))
    most = Math.min(MOST, most * 8)
  }
  const next = (): void => {
    if (isStopped) return
    timer = setTimeout(() => void sweep().then(next, next), INTERVAL * (0.8 + 0.4 * Math.random()))
    timer.unref()
  }
  next()
  return {
    added(rows) {
      added += rows
    },
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}
