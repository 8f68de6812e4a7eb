/** Where a PostgreSQL server is and how it is spoken to: a URL as libpq reads it (PostgreSQL §34.1.1.2), TLS not left to chance. */
import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { isLoopbackHost } from '@countersign/core'
import { StoreUnusable } from '../shared/store-unusable.ts'
import type { PostgresOptions } from './postgres-database.ts'

/** What the driver is given. */
export interface PostgresAddress {
  /** "PostgreSQL at db.example:5432/app": for messages. */
  readonly label: string
  readonly host: string
  readonly port: number
  readonly user: string | undefined
  readonly password: string | undefined
  readonly database: string
  readonly ssl: ConnectionOptions | false
}

const PARAMETERS = new Set(['host', 'sslmode', 'sslrootcert', 'sslcert', 'sslkey'])

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…`. Without `sslmode` a server on this machine is spoken to
 * in the clear, and any other over TLS with its certificate and name checked. Throws `StoreUnusable`.
 */
export function parsePostgresAddress(text: string, tls: PostgresOptions['tls'] = {}): PostgresAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw wrong('PostgreSQL', 'its URL has to look like postgres://user:password@host:5432/database.')
  }
  const host = url.searchParams.get('host') ?? url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = url.port === '' ? 5432 : Number(url.port)
  const database = decode(url.pathname.slice(1))
  const label = `PostgreSQL at ${host}:${port}/${database}`
  if (host === '' || database === '') throw wrong(label, 'its URL has to name a host and a database.')
  for (const name of url.searchParams.keys()) {
    if (!PARAMETERS.has(name)) throw wrong(label, `its URL has a parameter that is not known: ${name}.`)
  }
  return {
    label,
    host,
    port,
    database,
    user: decode(url.username) || undefined,
    password: decode(url.password) || undefined,
    ssl: chooseTls({ label, host, parameters: url.searchParams, tls }),
  }
}

interface TlsChoice {
  readonly label: string
  readonly host: string
  readonly parameters: URLSearchParams
  readonly tls: NonNullable<PostgresOptions['tls']>
}

function chooseTls({ label, host, parameters, tls }: TlsChoice): ConnectionOptions | false {
  const isNear = host.startsWith('/') || isLoopbackHost(host)
  const mode = parameters.get('sslmode') ?? (isNear && Object.keys(tls).length === 0 ? 'disable' : 'verify-full')
  if (mode === 'disable') return false
  if (mode !== 'require' && mode !== 'verify-ca' && mode !== 'verify-full') {
    throw wrong(label, 'sslmode is one of disable, require, verify-ca and verify-full; the others trust anybody.')
  }
  const read = (name: string) => readPem(label, parameters.get(name))
  const parts = { ca: tls.ca ?? read('sslrootcert'), cert: tls.cert ?? read('sslcert'), key: tls.key ?? read('sslkey') }
  if (mode === 'verify-ca' && parts.ca === undefined) {
    throw wrong(label, 'sslmode=verify-ca needs sslrootcert: else any name of any public authority would do.')
  }
  return {
    // The driver looks for these names, and takes an undefined one for a mistake.
    ...Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)),
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
    ...(mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  }
}

function readPem(label: string, path: string | null): string | undefined {
  if (path === null) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new StoreUnusable('tls', label, `the file ${path} cannot be read. Check its path and permissions.`)
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw wrong('PostgreSQL', 'its URL has a % that begins no octet; write a % of a password as %25.')
  }
}

function wrong(label: string, explanation: string): StoreUnusable {
  return new StoreUnusable('address', label, explanation)
}
