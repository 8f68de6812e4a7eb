/** What an error of the driver or the server means (PostgreSQL, Appendix A: error codes). */
import { LedgerUnavailable, type StoreFault } from '@countersign/core'
import { StoreUnusable } from '../shared/store-unusable.ts'

/** The database understood a statement and found it wrong, or its result forbidden: nothing of it was carried out. */
export class StatementFailed extends Error {
  /** SQLSTATE: '23505' for a duplicate key. */
  readonly code: string
  /** The constraint that it broke, where the server named one. */
  readonly constraint: string | undefined

  /** The server's own message stays out: it may quote values. */
  constructor(code: string, constraint?: string) {
    const broken = constraint === undefined ? '' : `, constraint ${constraint}`
    super(`The database refused a statement: SQLSTATE ${code}${broken}.`)
    this.name = 'StatementFailed'
    this.code = code
    this.constraint = constraint
  }
}

/** The epoch that this process knew is over, or the server is no longer the one it was: nothing was carried out. */
export class EpochEnded extends LedgerUnavailable {
  constructor() {
    super('epoch')
    this.name = 'EpochEnded'
  }
}

/** All connections are in use, and stayed so: that says nothing of the server. */
export class ConnectionsBusy extends LedgerUnavailable {
  constructor() {
    super('timeout')
    this.name = 'ConnectionsBusy'
  }
}

/** The SQLSTATE that our own functions raise for each verdict but `ok`. */
export const verdictCodes = { lost: 'CSLST', epoch: 'CSEPO', clock: 'CSCLK', read_only: 'CSRDO' } as const

const faults: readonly (readonly [RegExp, StoreFault])[] = [
  [/^CSCLK$/, 'clock'],
  [/^(CSRDO|25006)$/, 'read_only'],
  // Not enough disk, memory, or a write that failed, mostly for want of space.
  [/^(53100|53200|53400|58030)$/, 'full'],
  [/^(57014|55P03|25P03|25P04)$/, 'timeout'],
  [/^(57P|08|53300|E[A-Z]+$|[A-Z]+_)/, 'down'],
  // Serialization failures and deadlocks, internal errors.
  [/^(40|25|53|55|57|58|XX)/, 'error'],
]

/** What the driver says without a code, of the connection alone. */
const DRIVER = /timeout|connection|queryable|pool|socket/i

/** And of the pool. */
const BUSY = 'timeout exceeded when trying to connect'

/** The error as this package tells of it: never the server's own, whose text may quote values. */
export function explainError(error: unknown): unknown {
  if (error instanceof LedgerUnavailable || error instanceof StatementFailed || error instanceof StoreUnusable)
    return error
  const code = codeOf(error)
  if (code === verdictCodes.epoch || code === verdictCodes.lost) return new EpochEnded()
  const fault = code === undefined ? undefined : faults.find(([pattern]) => pattern.test(code))?.[1]
  if (fault !== undefined) return new LedgerUnavailable(fault)
  if (code !== undefined && /^[0-9A-Z]{5}$/.test(code)) return new StatementFailed(code, constraintOf(error))
  if (!(error instanceof Error) || !DRIVER.test(error.message)) return error
  if (error.message === BUSY) return new ConnectionsBusy()
  return new LedgerUnavailable(/timeout/i.test(error.message) ? 'timeout' : 'down')
}

/** True where our own tables or functions are not there: somebody dropped them. */
export function isUndefinedObject(error: unknown): boolean {
  return error instanceof StatementFailed && /^(3F000|42P01|42883|42703|42704)$/.test(error.code)
}

/** SQLSTATE, or the system's error code. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

function constraintOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('constraint' in error)) return undefined
  return typeof error.constraint === 'string' ? error.constraint : undefined
}
