/** A PostgreSQL server on 127.0.0.1, with a password, and replicas of it. */
import { randomBytes } from 'node:crypto'
import { appendFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findFreePort } from '../free-port.ts'
import { requireProgram } from '../installed.ts'
import { type Account, makeFolder, type ServerSignal, startInFolder, startServerProcess } from '../server-process.ts'
import { findPostgresAccount } from './account.ts'
import { runProgram } from './run-program.ts'

/** How it is started, if not plainly. */
export interface PostgresOptions {
  /** Lines of postgresql.conf, after ours, so that they win. */
  readonly config?: readonly string[]
}

/** A server that was started. */
export interface PostgresServer {
  /** Of its superuser, with the password. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** SIGKILL, SIGSTOP and SIGCONT reach all of its processes. */
  signal(name: ServerSignal): void
  stop(): Promise<void>
  /** Ends it if it runs; it comes back on the same port and folder. */
  restart(): Promise<void>
  /** Statements as `psql -At` runs them: rows on lines, columns divided by `|`. */
  sql(text: string): Promise<string>
  /** Copies it, and starts the copy as an asynchronous, read-only replica that follows. */
  startReplica(options?: PostgresOptions): Promise<PostgresServer>
  /** Makes a replica a primary, on a timeline of its own, and waits until it takes writes. */
  promote(): Promise<void>
}

const USER = 'postgres'

/** Small, and as safe as it comes: what is acknowledged is on the disk. */
const LINES = [
  "listen_addresses = '127.0.0.1'",
  "unix_socket_directories = ''",
  'shared_buffers = 16MB',
  'max_connections = 100',
  'max_wal_senders = 4',
  'wal_level = replica',
  "wal_receiver_status_interval = '1s'",
  'logging_collector = off',
]

interface Cluster {
  readonly folder: string
  readonly port: number
  readonly password: string
  readonly account: Account | undefined
}

/** Starts one on a free port and waits until it answers; rejects with `NotInstalled`. */
export async function startPostgres({ config = [] }: PostgresOptions = {}): Promise<PostgresServer> {
  const account = findPostgresAccount()
  const cluster = { account, password: randomBytes(12).toString('hex'), port: await findFreePort() }
  const initdb = requirePart('initdb')
  const folder = makeFolder(account)
  return run({ ...cluster, folder }, config, async () => {
    const secret = join(folder, 'password')
    writeFileSync(secret, cluster.password, { mode: 0o644 })
    const args = ['--no-sync', '-A', 'scram-sha-256', '-U', USER, '--pwfile', secret, '-E', 'UTF8', '--no-locale']
    await runProgram({ path: initdb, args: [...args, '-D', join(folder, 'data')], account })
  })
}

function requirePart(name: string): string {
  return join(dirname(requireProgram('postgres')), name)
}

/** Lays the data folder, and starts the server in it. */
async function run(cluster: Cluster, config: readonly string[], lay: () => Promise<void>): Promise<PostgresServer> {
  const { folder, port, password, account } = cluster
  const data = join(folder, 'data')
  const sql = (input: string) => runProgram({ path: requirePart('psql'), args: psqlArgs(port), password, input })
  const { server, stop } = await startInFolder({ path: folder, isOurs: true }, async (watch) => {
    await lay()
    appendFileSync(join(data, 'postgresql.conf'), `${[...LINES, `port = ${port}`, ...config].join('\n')}\n`)
    const isReady = async () => (await sql('select 1')) === '1'
    const program = requirePart('postgres')
    // On SIGTERM it would wait until every client has gone.
    return startServerProcess({ program, args: ['-D', data], folder, account, endsOn: 'SIGINT', isReady }, watch)
  })
  return {
    url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`,
    port,
    get pid() {
      return server.pid
    },
    signal: (name) => server.signal(name),
    stop,
    restart: () => server.restart(),
    sql,
    startReplica: (options) => startReplica(cluster, options?.config ?? []),
    async promote() {
      await sql('select pg_promote(true, 30)')
    },
  }
}

async function startReplica(primary: Cluster, config: readonly string[]): Promise<PostgresServer> {
  const { account, password } = primary
  const folder = makeFolder(account)
  const cluster = { account, password, port: await findFreePort(), folder }
  return run(cluster, config, async () => {
    const to = ['-h', '127.0.0.1', '-p', String(primary.port), '-U', USER, '-D', join(folder, 'data')]
    const args = [...to, '-R', '-X', 'stream', '-c', 'fast', '--no-sync']
    await runProgram({ path: requirePart('pg_basebackup'), args, account, password })
  })
}

function psqlArgs(port: number): readonly string[] {
  return ['-AtXq', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(port), '-U', USER, 'postgres']
}
