/** Statements and transactions on a pool of connections, each of them in the epoch that this process knows, or not at all. */
import { LedgerUnavailable } from '@countersign/core'
import type { CommandRows, Connection, Connections } from './connections.ts'
import type { EpochKeeper, Verdict } from './epoch-keeper.ts'
import { EpochEnded, explainError } from './faults.ts'
import type { PostgresQuery, PostgresValue } from './postgres-database.ts'

/** What they need. */
export interface StatementsParts {
  readonly schema: string
  readonly connections: Connections
  readonly keeper: EpochKeeper
}

/** What a function of ours that judges by itself tells. */
export interface Judged {
  readonly verdict: Verdict
  /** Where the server was when it wrote something, if it did. */
  readonly lsn: string | null
}

/** The two ways, and one of our own. */
export interface Statements {
  readonly query: PostgresQuery
  transact<T>(work: (query: PostgresQuery) => Promise<T>): Promise<T>
  /** One statement that calls such a function. */
  callJudged<Row extends Judged>(call: JudgedCall): Promise<Row>
}

/** Makes them. Neither ever sends anything a second time. */
export function createStatements({ schema, connections, keeper }: StatementsParts): Statements {
  const assertion = `SELECT ${schema}.assert_epoch($1, $2, $3) AS lsn`
  const begin = async (connection: Connection, judged: PostgresValue[]): Promise<string | undefined> => {
    const begun = connection.run('BEGIN')
    const asserted = connection.run<Lsn>(assertion, judged)
    await allAnswered([begun, asserted])
    return (await asserted).rows[0]?.lsn
  }

  const runAlone = async <Row>(connection: Connection, text: string, values: readonly PostgresValue[]) => {
    const begun = begin(connection, keeper.judged())
    const ran = connection.run<Row>(text, values)
    const committed = connection.run('COMMIT')
    await allAnswered([begun, ran, committed])
    assertCommitted(await committed)
    const rows = await ran
    return { result: rows, position: hasWritten(rows) ? await begun : undefined }
  }

  const runTogether = async <T>(connection: Connection, work: (query: PostgresQuery) => Promise<T>) => {
    const position = await begin(connection, keeper.judged())
    const { query, end } = createQuery(connection)
    const result = await work(query).finally(end)
    assertCommitted(await connection.run('COMMIT').catch(rethrow))
    return { result, position: end() ? position : undefined }
  }

  const runJudged = async <Row extends Judged>(connection: Connection, call: JudgedCall) => {
    if (keeper.epoch.id !== call.epoch) throw new EpochEnded()
    const parameters = [...keeper.judged(), ...call.values]
    const row = (await connection.run<Row>(call.text, parameters, call.timeoutMs).catch(rethrow)).rows[0]
    if (row?.verdict === 'lost' || row?.verdict === 'epoch') throw new EpochEnded()
    if (row?.verdict !== 'ok') throw new LedgerUnavailable(row?.verdict ?? 'error')
    return { result: row, position: row.lsn }
  }

  const withConnection = async <T>(run: (connection: Connection) => Promise<Done<T>>): Promise<T> => {
    keeper.health.assertAsked()
    try {
      const connection = await connections.take().catch(rethrow)
      // From here to where it is judged nothing is waited for.
      const { id } = keeper.epoch
      const { result, position } = await lend(connection, run)
      // Another server may be known by now, of which this was not asked.
      if (keeper.epoch.id !== id) throw new EpochEnded()
      keeper.reached(position)
      keeper.health.spendSucceeded()
      return result
    } catch (error) {
      keeper.failed(error)
      throw error
    }
  }
  return {
    query: (text, values = []) => withConnection((connection) => runAlone<never>(connection, text, values)),
    transact: (work) => withConnection((connection) => runTogether(connection, work)),
    callJudged: (call) => withConnection((connection) => runJudged<never>(connection, call)),
  }
}

/** A statement, and what it was made for. */
export interface JudgedCall {
  /** The id of the epoch by which the caller chose what to send: while it waits for a connection that may end. */
  readonly epoch: string
  /** Its first three parameters are what the epoch is judged by. */
  readonly text: string
  /** The others. */
  readonly values: readonly PostgresValue[]
  readonly timeoutMs: number
}

/** What came of it, and where the server was before it wrote something, if it did. */
interface Done<T> {
  readonly result: T
  readonly position: string | null | undefined
}

interface Lsn {
  readonly lsn: string
}

/** The statements of one transaction; `end` forbids more of them, and tells whether one has changed something. */
function createQuery(connection: Connection): { readonly query: PostgresQuery; end(): boolean } {
  let isOver = false
  let wrote = false
  return {
    async query(text, values = []) {
      if (isOver) throw new Error('The transaction is over: its work did not wait for all of its statements.')
      const rows = await connection.run<never>(text, values).catch(rethrow)
      wrote ||= hasWritten(rows)
      return rows
    },
    end() {
      isOver = true
      return wrote
    },
  }
}

/** Waits for all of them, then throws what the first one met: what came after it only suffered from that. */
async function allAnswered(sent: readonly Promise<unknown>[]): Promise<void> {
  for (const end of await Promise.allSettled(sent)) if (end.status === 'rejected') rethrow(end.reason)
}

function rethrow(error: unknown): never {
  throw explainError(error)
}

/** A transaction in which something failed is undone by COMMIT, which says so. */
function assertCommitted({ command }: CommandRows<unknown>): void {
  if (command !== 'COMMIT') throw new LedgerUnavailable('error')
}

function hasWritten({ command, count }: CommandRows<unknown>): boolean {
  return count > 0 && (command === 'INSERT' || command === 'UPDATE' || command === 'DELETE')
}

async function lend<T>(connection: Connection, run: (connection: Connection) => Promise<T>): Promise<T> {
  try {
    const result = await run(connection)
    connection.release()
    return result
  } catch (error) {
    connection.release(!(await isSound(connection, error)))
    throw error
  }
}

/** After a failure: whether the server answers still, and is out of its transaction. */
async function isSound(connection: Connection, error: unknown): Promise<boolean> {
  if (error instanceof LedgerUnavailable && !(error instanceof EpochEnded)) return false
  if (!connection.isInTransaction()) return true
  return connection.run('ROLLBACK').then(
    () => true,
    () => false,
  )
}
