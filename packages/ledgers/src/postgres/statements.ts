/** Statements and transactions on a pool of connections, each of them in the epoch that this process knows, or not at all. */
import { LedgerUnavailable } from '@countersign/core'
import type { CommandRows, Connection, Connections } from './connections.ts'
import type { EpochKeeper } from './epoch-keeper.ts'
import { explainError } from './faults.ts'
import type { PostgresQuery, PostgresValue } from './postgres-database.ts'

/** What they need. */
export interface StatementsParts {
  readonly schema: string
  readonly connections: Connections
  readonly keeper: EpochKeeper
}

/** The two ways. */
export interface Statements {
  readonly query: PostgresQuery
  transact<T>(work: (query: PostgresQuery) => Promise<T>): Promise<T>
}

/** Makes them. Neither ever sends anything a second time. */
export function createStatements({ schema, connections, keeper }: StatementsParts): Statements {
  const assertion = `SELECT ${schema}.assert_epoch($1, $2, $3) AS lsn`
  const begin = async (connection: Connection): Promise<string | undefined> => {
    const begun = connection.run('BEGIN')
    const asserted = connection.run<Lsn>(assertion, keeper.judged())
    await allAnswered([begun, asserted])
    return (await asserted).rows[0]?.lsn
  }

  const runAlone = async <Row>(connection: Connection, text: string, values: readonly PostgresValue[]) => {
    const begun = begin(connection)
    const ran = connection.run<Row>(text, values)
    const committed = connection.run('COMMIT')
    await allAnswered([begun, ran, committed])
    assertCommitted(await committed)
    const rows = await ran
    if (hasWritten(rows)) keeper.reached(await begun)
    return rows
  }

  const runTogether = async <T>(connection: Connection, work: (query: PostgresQuery) => Promise<T>): Promise<T> => {
    const position = await begin(connection)
    const { query, end } = createQuery(connection)
    const result = await work(query).finally(end)
    assertCommitted(await connection.run('COMMIT').catch(rethrow))
    if (end()) keeper.reached(position)
    return result
  }

  const withConnection = async <T>(run: (connection: Connection) => Promise<T>): Promise<T> => {
    keeper.health.assertAsked()
    try {
      const connection = await connections.take().catch(rethrow)
      const result = await run(connection).finally(() => giveBack(connection))
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
  }
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

/** Also after a failure: where the server answers, it is out of its transaction then. */
async function giveBack(connection: Connection): Promise<void> {
  if (!connection.isInTransaction()) return connection.release()
  const isSound = await connection.run('ROLLBACK').then(
    () => true,
    () => false,
  )
  connection.release(!isSound)
}
