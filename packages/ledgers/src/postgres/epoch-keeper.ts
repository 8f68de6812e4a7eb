/** The epoch that this process knows, kept by heartbeats; and what they tell of the server's health. */
import { type Clock, LedgerUnavailable, type StoreFault } from '@countersign/core'
import { StoreHealthMachine } from '../shared/store-health.ts'
import type { Connection, Connections } from './connections.ts'
import { type KnownEpoch, readPosition, type SettleParts, settleEpoch, writePosition } from './epoch-record.ts'
import { ConnectionsBusy, EpochEnded, explainError, isUndefinedObject, type verdictCodes } from './faults.ts'
import type { PostgresValue } from './postgres-database.ts'

/** What it needs. */
export interface EpochKeeperParts {
  readonly schema: string
  /** Its own, so that no heartbeat waits for what others do. */
  readonly connections: Connections
  readonly clock: Clock
  readonly timeoutMs: number
  readonly heartbeatMs: number
  readonly onMemoryLost: SettleParts['onMemoryLost']
  /** Makes the tables that are not there, where somebody dropped them. */
  readonly restore: (connection: Connection) => Promise<void>
  /** Runs when the server may be another one: connections from before are not to be used any more. */
  readonly onMoved: () => void
}

/** What became of a judgement. */
export type Verdict = 'ok' | keyof typeof verdictCodes

/** See above. */
export interface EpochKeeper {
  readonly health: StoreHealthMachine
  /** Throws before the first `settle`. */
  readonly epoch: KnownEpoch
  /** What a judging function takes: the epoch that is known, the time here, and how far the server has come. */
  judged(): PostgresValue[]
  /** What was written at this position, or after it, is on the disk. */
  reached(lsn: string | null | undefined): void
  /** A spend, statement or transaction failed: tells the health machine, and looks for the epoch where that has ended. */
  failed(error: unknown): void
  /** Finds the epoch, or starts the next one. Many who ask at once share one answer. */
  settle(): Promise<void>
  start(): void
  stop(): void
}

/** Milliseconds for a heartbeat. */
const PATIENCE = 1000

/** Makes one; nothing is sent before `settle`. */
export function createEpochKeeper(parts: EpochKeeperParts): EpochKeeper {
  const { schema, connections, clock, timeoutMs, onMemoryLost } = parts
  const health = new StoreHealthMachine()
  const heartbeat = `SELECT verdict, lsn FROM ${schema}.heartbeat($1, $2, $3)`
  let known: KnownEpoch | undefined
  let settling: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  const adopt = (settled: KnownEpoch): void => {
    const isOther = known !== undefined && known.id !== settled.id
    // Meanwhile more may have been written in it.
    known = !isOther && known !== undefined && known.position > settled.position ? known : settled
    if (!isOther) return
    parts.onMoved()
    health.tell({ type: 'store_epoch', id: settled.id, notBefore: settled.notBefore })
  }
  const settleOnce = () =>
    withConnection(connections, async (connection) => {
      adopt(await settleEpoch(connection, { schema, known, clock, timeoutMs, onMemoryLost }))
      // Whoever was refused meanwhile made it unhealthy; it has answered.
      health.heartbeatSucceeded()
    })
  const settle = (): Promise<void> => {
    settling ??= settleOnce().finally(() => {
      settling = undefined
    })
    return settling
  }
  const judged = (): PostgresValue[] => {
    if (known === undefined) throw new EpochEnded()
    return [known.id, clock(), known.position === 0n ? null : writePosition(known.position)]
  }
  const reached = (lsn: string | null | undefined): void => {
    const position = readPosition(lsn ?? null)
    if (known !== undefined && position > known.position) known = { ...known, position }
  }
  const beat = async (): Promise<void> => {
    const asked = known?.id
    const verdict = await withConnection(connections, async (connection) => {
      const { rows } = await connection.run<{ verdict: Verdict; lsn: string | null }>(heartbeat, judged(), PATIENCE)
      if (rows[0]?.verdict === 'ok' && known?.id === asked) reached(rows[0].lsn)
      return rows[0]?.verdict
    })
    if (verdict === 'lost' || verdict === 'epoch') return settle()
    if (verdict !== 'ok') throw new LedgerUnavailable(verdict ?? 'error')
  }
  const restore = async (): Promise<void> => {
    await withConnection(connections, parts.restore)
    await settle()
  }
  const beatOrRestore = () =>
    beat().catch((error: unknown) => (isUndefinedObject(error) ? restore() : Promise.reject(error)))
  const next = (): void => {
    if (isStopped) return
    timer = setTimeout(() => void live().finally(next), parts.heartbeatMs * (0.8 + 0.4 * Math.random()))
    timer.unref()
  }
  const live = async (): Promise<void> => {
    try {
      await beatOrRestore()
      health.heartbeatSucceeded()
    } catch (error) {
      const fault = faultOf(error)
      // The address may lead to another server by now; what is connected to this one does not.
      if (fault !== 'clock') connections.renew()
      if (fault === 'read_only') parts.onMoved()
      if (!isStopped) health.heartbeatFailed(fault)
    }
  }
  return {
    health,
    get epoch() {
      if (known === undefined) throw new EpochEnded()
      return known
    },
    judged,
    reached,
    failed(error) {
      if (!(error instanceof LedgerUnavailable) || error instanceof ConnectionsBusy) return
      health.spendFailed(error.fault)
      if (error.fault === 'epoch') settle().catch(() => undefined)
    },
    settle,
    start: next,
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

/** Rejects with errors of ours alone; a connection on which something failed is not used again. */
export async function withConnection<T>(
  connections: Connections,
  run: (connection: Connection) => Promise<T>,
): Promise<T> {
  let connection: Connection | undefined
  try {
    connection = await connections.take()
    const result = await run(connection)
    connection.release()
    return result
  } catch (error) {
    connection?.release(true)
    throw explainError(error)
  }
}

function faultOf(error: unknown): StoreFault {
  return error instanceof LedgerUnavailable ? error.fault : 'error'
}
