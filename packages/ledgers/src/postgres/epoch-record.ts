/** The record of an epoch in its database, and the decision whether it goes on. */
import { randomBytes } from 'node:crypto'
import { CLOCK_DIFFERENCE, type Clock, LedgerUnavailable, type StoreEpoch } from '@countersign/core'
import { LOCK_CLASS } from './base-schema.ts'
import { ANSWER_LIFE, type Connection } from './connections.ts'
import type { MemoryLost, PostgresQuery } from './postgres-database.ts'

/** What a process knows of the epoch it is in. */
export interface KnownEpoch extends StoreEpoch {
  /** Greater than that of each epoch before: seconds since 1970 when it began, so also where nobody remembers one. */
  readonly generation: number
  /** A place in the write-ahead log that was on the disk; 0 when none is known. A server before it has forgotten. */
  readonly position: bigint
}

/** What it is decided from. */
export interface SettleParts {
  readonly schema: string
  readonly known: KnownEpoch | undefined
  /** This process's. */
  readonly clock: Clock
  readonly timeoutMs: number
  readonly onMemoryLost: ((query: PostgresQuery, epoch: MemoryLost) => Promise<void>) | undefined
}

/**
 * Seconds for which another server may still acknowledge what this one does not know of: as long as answers on
 * connections to it are believed, and two more for making one.
 */
const FAILOVER_MARGIN = ANSWER_LIFE + 2

interface Found {
  readonly id: string | null
  readonly generation: number | null
  readonly not_before: number | null
  readonly secret: Uint8Array | null
  readonly server: string | null
  readonly seen: number | null
  readonly is_whole: boolean | null
  readonly here: string
  readonly now: number
  readonly lsn: string
}

const selectFound = (schema: string): string => `
  SELECT e.id, e.generation, e.not_before, e.secret, e.server, e.seen, e.written::xid = e.xmin AS is_whole,
    ${schema}.server_identity('${schema}.epoch'::regclass) AS here,
    extract(epoch FROM clock_timestamp())::double precision AS now, pg_current_wal_insert_lsn() AS lsn
  FROM (SELECT 1) AS one LEFT JOIN ${schema}.epoch e ON true`

const replace = (schema: string): string => `
  INSERT INTO ${schema}.epoch (id, generation, not_before, secret, server, seen, written)
  SELECT $1, $2, $3, $4, ${schema}.server_identity('${schema}.epoch'::regclass),
    extract(epoch FROM clock_timestamp()), pg_current_xact_id()
  ON CONFLICT (only_row) DO UPDATE SET (id, generation, not_before, secret, server, seen, written) =
    (excluded.id, excluded.generation, excluded.not_before, excluded.secret, excluded.server, excluded.seen,
      excluded.written)`

/** Writes the record of a database's first epoch, in the transaction that makes its tables. */
export async function writeFirstEpoch(query: PostgresQuery, schema: string, now: number): Promise<void> {
  await query(replace(schema), [newId(), Math.floor(now), 0, randomBytes(32)])
}

/**
 * Decides, with nobody else at work, whether the epoch goes on; starts another one when it does not. The one that is
 * found may be another than was known: then another process has started it. The transaction is open, and is committed.
 */
export async function settleEpoch(connection: Connection, parts: SettleParts): Promise<KnownEpoch> {
  const { schema, known, clock, timeoutMs, onMemoryLost } = parts
  const query: PostgresQuery = (text, values = []) => connection.run(text, values, timeoutMs)
  await connection.run('BEGIN')
  const { rows: modes } = await query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
  if (modes[0]?.standby !== false) throw new LedgerUnavailable('read_only')
  await query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [LOCK_CLASS, schema])
  const found = (await query<Found>(selectFound(schema))).rows[0]
  if (found === undefined) throw new LedgerUnavailable('error')
  if (Math.abs(found.now - clock()) > CLOCK_DIFFERENCE) throw new LedgerUnavailable('clock')
  const settled = goesOn(found, known) ?? (await startEpoch(found, { schema, known, query, onMemoryLost }))
  await connection.run('COMMIT')
  return settled
}

function goesOn(found: Found, known: KnownEpoch | undefined): KnownEpoch | undefined {
  const { id, generation, not_before: notBefore, secret } = found
  if (id === null || generation === null || notBefore === null || secret === null) return undefined
  if (found.server !== found.here || found.is_whole !== true) return undefined
  if (found.now < Number(found.seen) - CLOCK_DIFFERENCE) return undefined
  const isSame = known?.id === id
  if (isSame && readPosition(found.lsn) < known.position) return undefined
  // A server that was left behind knows of no epoch after its own.
  if (known !== undefined && !isSame && generation <= known.generation) return undefined
  return { id, generation, notBefore, secret, position: isSame ? known.position : 0n }
}

type StartParts = Pick<SettleParts, 'schema' | 'known' | 'onMemoryLost'> & { readonly query: PostgresQuery }

async function startEpoch(found: Found, { schema, known, query, onMemoryLost }: StartParts): Promise<KnownEpoch> {
  const isElsewhere = found.server !== found.here || (known !== undefined && found.id !== null && known.id !== found.id)
  // On another server the clock may be behind the one that the record was written by.
  const begun = Math.max(found.now, known?.notBefore ?? 0, isElsewhere ? (found.seen ?? 0) : 0)
  const started = {
    id: newId(),
    generation: Math.max(found.generation ?? 0, known?.generation ?? 0, Math.floor(found.now)) + 1,
    notBefore: Math.ceil(begun) + CLOCK_DIFFERENCE + (isElsewhere ? FAILOVER_MARGIN : 0),
    secret: randomBytes(32),
    position: 0n,
  }
  await query(replace(schema), [started.id, started.generation, started.notBefore, started.secret])
  await onMemoryLost?.(query, { id: started.id, notBefore: started.notBefore })
  return started
}

/** A position in the write-ahead log, as `pg_lsn` is written: two hexadecimal halves. */
export function readPosition(lsn: string | null): bigint {
  const [, high, low] = /^([0-9A-F]+)\/([0-9A-F]+)$/i.exec(lsn ?? '') ?? []
  return high === undefined || low === undefined ? 0n : (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)
}

/** The other way. */
export function writePosition(position: bigint): string {
  return `${(position >> 32n).toString(16)}/${(position & 0xffffffffn).toString(16)}`
}

function newId(): string {
  return randomBytes(16).toString('base64url')
}
