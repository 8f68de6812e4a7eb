/** Looks, before anything is changed, whether a server is one on which something can be kept. */
import { isIP } from 'node:net'
import { CLOCK_DIFFERENCE, LedgerUnavailable } from '@countersign/core'
import { StoreUnusable } from '../shared/store-unusable.ts'
import type { Connection } from './connections.ts'
import { codeOf, explainError, StatementFailed } from './faults.ts'

/** PostgreSQL 13 is the first that numbers its transactions without end. */
const OLDEST = 130_000

interface Server {
  readonly banner: string
  readonly version: number
  readonly standby: boolean
  readonly fsync: string
  readonly full_pages: string
  readonly now: number
  readonly tells_identity: boolean
  readonly may_create: boolean
  readonly usr: string
}

const SERVER = `
  SELECT version() AS banner, current_setting('server_version_num')::integer AS version,
    pg_is_in_recovery() AS standby, current_setting('fsync') AS fsync,
    current_setting('full_page_writes') AS full_pages,
    extract(epoch FROM clock_timestamp())::double precision AS now,
    has_function_privilege('pg_control_system()', 'execute') AS tells_identity,
    CASE WHEN to_regnamespace($1) IS NULL THEN has_database_privilege(current_database(), 'CREATE')
      ELSE has_schema_privilege($1, 'CREATE') END AS may_create,
    current_user AS usr`

/** Throws `StoreUnusable`; `now` is this process's time. */
export async function inspectServer(
  connection: Connection,
  { label, schema, now }: { readonly label: string; readonly schema: string; readonly now: () => number },
): Promise<void> {
  const before = now()
  const server = (await connection.run<Server>(SERVER, [schema])).rows[0]
  const after = now()
  if (server === undefined || !server.banner.startsWith('PostgreSQL')) {
    throw new StoreUnusable('wrong_server', label, 'it is not PostgreSQL itself.')
  }
  if (server.version < OLDEST) {
    throw new StoreUnusable(
      'too_old',
      label,
      `it is release ${server.version / 10_000}; 13 is the oldest that will do.`,
    )
  }
  if (server.standby) {
    throw new StoreUnusable('read_only', label, 'it is a read-only replica. Name the primary.')
  }
  if (server.fsync !== 'on' || server.full_pages !== 'on') {
    throw new StoreUnusable(
      'durability',
      label,
      'a crash would make it forget: set fsync = on and full_page_writes = on in postgresql.conf.',
    )
  }
  if (!server.tells_identity) {
    throw new StoreUnusable(
      'permission',
      label,
      `the role ${server.usr} may not ask which server it is: GRANT EXECUTE ON FUNCTION pg_control_system() TO ${server.usr}.`,
    )
  }
  if (!server.may_create) {
    throw new StoreUnusable(
      'permission',
      label,
      `the role ${server.usr} may make no tables: CREATE SCHEMA ${schema} AUTHORIZATION ${server.usr}.`,
    )
  }
  const difference = server.now < before ? before - server.now : Math.max(0, server.now - after)
  if (difference > CLOCK_DIFFERENCE) {
    throw new StoreUnusable(
      'clock',
      label,
      `its clock and this machine's differ by ${Math.round(difference)} s; ${CLOCK_DIFFERENCE} s are the most. ` +
        'Synchronise both, with NTP.',
    )
  }
}

type Explanation = readonly [StoreUnusable['fault'], string]

const UNREACHABLE: Explanation = [
  'unreachable',
  'nobody answers there, or not as PostgreSQL does. Check that it runs, its host and port, and what stands between.',
]

const bySqlState: readonly (readonly [RegExp, Explanation])[] = [
  [/^28/, ['credentials', 'it does not let this user in. Check user and password, and pg_hba.conf.']],
  [/^3D000$/, ['address', 'it has no database of that name. Create it, or name another one.']],
  [/^42501$/, ['permission', 'the role may not do what is needed: it has to own its schema.']],
  [/^(53300|57P03)$/, ['unreachable', 'it takes no connections now: it is starting or ending, or has no room left.']],
  [/^25006$/, ['read_only', 'it takes no writes. Name the primary.']],
  [
    /^08P01$/,
    ['wrong_server', 'it does not take the settings of a session, as a pooler does. Name PostgreSQL itself.'],
  ],
  [/^(42883|0A000)$/, ['wrong_server', 'it lacks what PostgreSQL has.']],
]

/** What an error at the first connection means; what a migration did wrong stays what it is. */
export function explainStart(
  error: unknown,
  { label, host }: { readonly label: string; readonly host: string },
): unknown {
  if (error instanceof StoreUnusable || error instanceof StatementFailed) return error
  if (error instanceof LedgerUnavailable) return error
  const explained = explain(error, host)
  return explained === undefined ? explainError(error) : new StoreUnusable(explained[0], label, explained[1])
}

function explain(error: unknown, host: string): Explanation | undefined {
  if (!(error instanceof Error)) return undefined
  const code = codeOf(error) ?? ''
  const { message } = error
  const known = bySqlState.find(([pattern]) => pattern.test(code))
  if (known !== undefined) return known[1]
  if (/^SASL|password/i.test(message)) return ['credentials', 'it wants a password, and the URL has none that will do.']
  if (/SSL connection/.test(message)) {
    return ['tls', 'it offers no TLS. Turn ssl on there; where the network is yours alone, say sslmode=disable.']
  }
  if (/^(ERR_TLS|ERR_SSL|CERT|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|EPROTO)/.test(code)) {
    const name = isIP(host) > 0 ? 'address' : 'name'
    return [
      'tls',
      `its certificate is not one for this ${name} from an authority that is trusted here: see sslrootcert.`,
    ]
  }
  if (/^E[A-Z_]+$/.test(code) || /timeout|terminated/i.test(message)) return UNREACHABLE
  return undefined
}
