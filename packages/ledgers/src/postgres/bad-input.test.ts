/** What `openPostgres` says when it cannot work with what it is given: cause and cure, and no secret. */
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort, makeCertificate, type PostgresServer, startPostgres } from '@countersign/store-servers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StoreUnusable } from '../shared/store-unusable.ts'
import { now } from '../testing/spends.test-fixture.ts'
import { StatementFailed } from './faults.ts'
import { openPostgres } from './open-postgres.ts'
import type { PostgresOptions } from './postgres-database.ts'

let server: PostgresServer
let folder: string
beforeAll(async () => {
  server = await startPostgres()
  folder = mkdtempSync(join(tmpdir(), 'postgres-tls-'))
  await server.sql(`CREATE ROLE visitor LOGIN PASSWORD 'let-me-in'; CREATE ROLE guest LOGIN PASSWORD 'let-me-in';
    REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC; GRANT EXECUTE ON FUNCTION pg_control_system() TO visitor`)
}, 60_000)
afterAll(async () => {
  rmSync(folder, { recursive: true })
  // It would wait for those that were turned away and have not noticed.
  server.signal('SIGKILL')
  await server.stop()
}, 60_000)

const migrations = [{ sql: 'CREATE TABLE things (id integer PRIMARY KEY)' }]
const usual: PostgresOptions = { name: 'test', schema: 'usual', migrations, connectTimeoutMs: 1000 }

/** Opens and closes; yields the fault. */
async function faultOf(url: string, changes: Partial<PostgresOptions> = {}): Promise<string> {
  try {
    const database = await openPostgres(url, { ...usual, ...changes })
    await database.close()
    return 'none'
  } catch (error) {
    if (!(error instanceof StoreUnusable)) throw error
    expect(error.message).toMatch(/^PostgreSQL.* cannot be used: .*\.$/)
    expect(JSON.stringify([error.message, error.stack, error.cause])).not.toMatch(/let-me-in|wrong-secret/)
    return `${error.fault}: ${error.message}`
  }
}

const as = (user: string) => server.url.replace(/\/\/.*@/, `//${user}@`)

describe('a server that will not do', () => {
  it('is told from one that does', async () => {
    expect(await faultOf(server.url)).toBe('none')
    expect(await faultOf(as('visitor:wrong-secret'))).toMatch(/^credentials: .*pg_hba.conf/)
    expect(await faultOf(as('visitor'))).toMatch(/^credentials: .*wants a password/)
    expect(await faultOf(as('visitor:let-me-in'))).toMatch(/^permission: .*CREATE SCHEMA usual AUTHORIZATION visitor/)
    expect(await faultOf(as('guest:let-me-in'))).toMatch(/^permission: .*GRANT EXECUTE ON FUNCTION pg_control_system/)
    expect(await faultOf(server.url.replace(/postgres$/, 'nowhere'))).toMatch(/^address: .*no database of that name/)
    expect(await faultOf(server.url, { clock: () => now() - 60 })).toMatch(/^clock: .*NTP/)
    expect(await faultOf(`postgres://a:b@127.0.0.1:${await findFreePort()}/c`)).toMatch(
      /^unreachable: .*nobody answers/,
    )
    expect(await faultOf(`${server.url}?sslmode=require`)).toMatch(/^tls: .*offers no TLS/)
  })

  it('may be something else, or say nothing at all', async () => {
    for (const [answer, fault] of [
      ['HTTP/1.1 400 Bad Request\r\n\r\n', /^unreachable: .*not as PostgreSQL does/],
      ['', /^unreachable/],
    ] as const) {
      const other = createServer((socket) => socket.write(answer)).listen(0, '127.0.0.1')
      await new Promise((resolve) => other.once('listening', resolve))
      const address = other.address()
      const port = typeof address === 'object' ? address?.port : 0
      expect(await faultOf(`postgres://a:b@127.0.0.1:${port}/c`, { connectTimeoutMs: 200 })).toMatch(fault)
      other.close()
    }
  })

  it('may forget what it acknowledged, as it is configured', async () => {
    const reload = 'SELECT pg_reload_conf(), pg_sleep(0.1)'
    for (const setting of ['fsync', 'full_page_writes']) {
      await server.sql(`ALTER SYSTEM SET ${setting} = off`)
      await server.sql(reload)
      expect(await faultOf(server.url)).toMatch(/^durability: .*fsync = on/)
      await server.sql(`ALTER SYSTEM RESET ${setting}`)
      await server.sql(reload)
    }
    expect(await faultOf(server.url)).toBe('none')
  })

  it('has to show a certificate of its name from a known authority', async () => {
    const { cert, key } = makeCertificate()
    const { uid, gid } = statSync(`/proc/${server.pid}`)
    chmodSync(folder, 0o755)
    for (const [name, pem] of [
      ['cert.pem', cert],
      ['key.pem', key],
    ] as const) {
      writeFileSync(join(folder, name), pem, { mode: 0o600 })
      chownSync(join(folder, name), uid, gid)
    }
    await server.sql(`ALTER SYSTEM SET ssl = on; ALTER SYSTEM SET ssl_cert_file = '${join(folder, 'cert.pem')}';
      ALTER SYSTEM SET ssl_key_file = '${join(folder, 'key.pem')}'; SELECT pg_reload_conf(), pg_sleep(0.3)`)
    const trusting = { tls: { ca: cert } }
    expect(await faultOf(server.url, trusting)).toBe('none')
    expect(await faultOf(`${server.url}?sslmode=verify-full`)).toMatch(
      /^tls: .*certificate is not one for this address/,
    )
    expect(await faultOf(server.url, { tls: { ca: cert, servername: 'other.example' } })).toMatch(/^tls/)
    writeFileSync(join(folder, 'ca.pem'), cert)
    expect(await faultOf(`${server.url}?sslmode=verify-ca&sslrootcert=${join(folder, 'ca.pem')}`)).toBe('none')
  })
})

describe('a schema', () => {
  const schema = 'guarded'

  it('that a newer release wrote is used where that release allows it, and refused where not', async () => {
    const [first, second] = [{ sql: 'CREATE TABLE a (x integer)' }, { sql: 'ALTER TABLE a ADD COLUMN y integer' }]
    expect(await faultOf(server.url, { schema, migrations: [first, second] })).toBe('none')
    expect(await faultOf(server.url, { schema, migrations: [first] })).toBe('none')
    const third = { sql: 'ALTER TABLE a DROP COLUMN x', breaking: true } as const
    expect(await faultOf(server.url, { schema, migrations: [first, second, third] })).toBe('none')
    for (const migrations of [[first], [first, second]]) {
      expect(await faultOf(server.url, { schema, migrations })).toMatch(/^newer_schema: .*Use that release/)
    }
    const edited = { sql: 'CREATE TABLE a (x bigint)' }
    expect(await faultOf(server.url, { schema, migrations: [edited, second, third] })).toMatch(
      /^foreign: .*Name another schema/,
    )
  })

  it('that belongs to something else, or to another deployment, is refused', async () => {
    expect(await faultOf(server.url, { name: 'other' })).toMatch(/^foreign: .*is not one of other/)
    expect(await faultOf(server.url, { schema: 'deployed', deployment: 'one' })).toBe('none')
    expect(await faultOf(server.url, { schema: 'deployed', deployment: 'two' })).toMatch(
      /^foreign: .*another deployment/,
    )
  })

  it('is left as it was when a migration fails', async () => {
    const failing = [...migrations, { sql: 'CREATE TABLE more (id integer); SELECT 1 / 0' }]
    const opening = openPostgres(server.url, { ...usual, schema: 'failing', migrations: failing })
    await expect(opening).rejects.toThrow(new StatementFailed('22012'))
    expect(await server.sql(`SELECT count(*) FROM pg_tables WHERE schemaname = 'failing' AND tablename = 'more'`)).toBe(
      '0',
    )
    expect(await faultOf(server.url, { schema: 'failing' })).toBe('none')
  })

  it('has a plain name', async () => {
    for (const name of ['', 'A', 'a-b', 'a;b', '"a"']) {
      await expect(openPostgres(server.url, { ...usual, schema: name })).rejects.toThrow(TypeError)
    }
  })

  it('may be one that a role owns which may make no other', async () => {
    await server.sql('CREATE SCHEMA given AUTHORIZATION visitor')
    expect(await faultOf(as('visitor:let-me-in'), { schema: 'given' })).toBe('none')
  })
})
