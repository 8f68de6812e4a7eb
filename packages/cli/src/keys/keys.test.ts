/** What an operator does beside a server that runs: in its database, by its configuration. */
import { hash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createAuthorizationServer } from '@countersign/authorization-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../testing/command.test-fixture.ts'

let folder: string
let config: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-keys-'))
  config = write('serve.json', { database: 'auth.sqlite' })
})
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, members: object): string {
  const path = join(folder, name)
  const base = {
    issuer: 'http://127.0.0.1:1',
    listen: { port: 2 },
    resources: [{ resource: 'http://127.0.0.1:3/mcp', scopes: { read: 'Read' } }],
  }
  writeFileSync(path, JSON.stringify({ ...base, ...members }))
  return path
}

interface Listed {
  readonly keys: readonly { readonly kid: string; readonly state: string; readonly active_from: number }[]
}

async function listKeys(command: 'list' | 'rotate'): Promise<Listed['keys']> {
  const { code, out, err } = await run(['keys', command, '--config', config, '--json'])
  expect([code, err]).toEqual([0, ''])
  return (JSON.parse(out) as Listed).keys
}

describe('countersign keys', () => {
  it('rotates: the next key is published at once, signs later, and is added once', async () => {
    const [first] = await listKeys('list')
    expect(first).toMatchObject({ state: 'active' })
    const rotated = await listKeys('rotate')
    expect(rotated.map(({ state }) => state)).toEqual(['active', 'next'])
    expect(rotated[0]?.kid).toBe(first?.kid)
    expect(rotated[1]?.active_from).toBeGreaterThan(Date.now() / 1000 + 590)
    expect(await listKeys('rotate')).toEqual(rotated)
    const told = await run(['keys', 'list', '--config', config])
    expect(told.out).toMatch(/^\S{43} {2}active .* published until .*\n\S{43} {2}next .* signs from 20.*Z\n$/)
  })

  it('takes a key that was stolen away at once: a new one signs, and no other is published', async () => {
    const known = (await listKeys('list')).map(({ kid }) => kid)
    const { code, out } = await run(['keys', 'rotate', '--stolen', '--config', config, '--json'])
    const { keys } = JSON.parse(out) as Listed
    expect([code, keys.map(({ state }) => state)]).toEqual([0, ['active']])
    expect(known).not.toContain(keys[0]?.kid)
    expect(await listKeys('list')).toEqual(keys)
  })

  it('cannot read keys that were encrypted under another one, and says so', async () => {
    const encrypted = (digit: string) =>
      write('sealed.json', { database: 'sealed.sqlite', encryption: { key: hash('sha256', digit) } })
    expect(await run(['keys', 'list', '--config', encrypted('1')])).toMatchObject({ code: 0 })
    const { code, err } = await run(['keys', 'list', '--config', encrypted('2')])
    expect([code, err]).toEqual([1, expect.stringContaining('secrets in the database cannot be read')])
    expect(err).not.toContain(hash('sha256', '2').slice(0, 8))
  })
})

describe('countersign serve --check', () => {
  it('says that a configuration and its stores are fine', async () => {
    const checked = await run(['serve', '--config', config, '--check', '--json'])
    expect([checked.code, JSON.parse(checked.out)]).toEqual([
      0,
      { ok: true, issuer: 'http://127.0.0.1:1', resources: 1, clients: 0 },
    ])
  })

  it('changes nobody’s password, and nothing of what secrets are encrypted under, for a file that may never count', async () => {
    const database = join(folder, 'people.sqlite')
    const options = {
      issuer: 'http://127.0.0.1:1',
      database,
      resources: [{ resource: 'http://127.0.0.1:3/mcp', scopes: {} }],
    }
    const user = { subject: 'u1', name: 'Ada', password: 'correct horse battery staple' }
    await (await createAuthorizationServer({ ...options, users: [user] })).close()
    const read = () => {
      const opened = new DatabaseSync(database, { readOnly: true })
      const tables = ['users', 'secrets', 'keys'].map((name) => opened.prepare(`SELECT * FROM ${name}`).all())
      opened.close()
      return tables
    }
    const before = read()
    const encryption = { key: hash('sha256', '1') }
    const file = write('next.json', { database, encryption, users: [{ ...user, password: 'another one' }] })
    expect(await run(['serve', '--config', file, '--check'])).toMatchObject({ code: 0 })
    expect(await run(['keys', 'list', '--config', file])).toMatchObject({ code: 0 })
    expect(read()).toEqual(before)
  })

  it.each([
    [{ database: 'auth.sqlite', isuer: 1 }, 2, 'isuer is not known here'],
    [{ database: 'no/folder/auth.sqlite' }, 1, 'Check that its folder exists'],
    [
      { database: 'auth.sqlite', ledger: 'redis://:hunter2@127.0.0.1:1' },
      1,
      'Redis at 127.0.0.1:1 cannot be used: it cannot be reached',
    ],
    [{ database: 'postgres://u:hunter2@127.0.0.1:1/db' }, 2, 'In PostgreSQL, secrets are kept encrypted'],
    [
      { database: 'postgres://u:hunter2@127.0.0.1:1/db', encryption: { key: hash('sha256', '1') } },
      1,
      'PostgreSQL at 127.0.0.1:1/db cannot be used',
    ],
    [{ database: 'auth.sqlite', trust: 'no-trust.json' }, 1, 'no-trust.json cannot be read'],
    [
      {
        database: 'auth.sqlite',
        clients: [{ client_id: 'a', grants: ['authorization_code'], scopes: [], public: true }],
      },
      2,
      'The client "a" needs `redirect_uris`',
    ],
  ])('of %j ends with %i', async (members, exitCode, message) => {
    const { code, out, err } = await run(['serve', '--check', '--config', write('bad.json', members)])
    expect([code, out, err]).toEqual([exitCode, '', expect.stringContaining(message)])
    expect(err).not.toMatch(/hunter2| {4}at /)
  })
})

describe('countersign token revoke --config', () => {
  it('writes into the database of serve', async () => {
    const { code, out } = await run(['token', 'revoke', '--config', config, '--client', 'my-agent', '--json'])
    expect([code, JSON.parse(out)]).toEqual([0, { revoked: true, client: 'my-agent' }])
  })

  it.each([
    [['--config', 'x']],
    [['--config', 'x', '--client', 'a', '--subject', 'b']],
    [['--config', 'x', '--agent', 'short']],
    [['--config', 'x', '--client', 'a', 'a.b.c']],
    [['--client', 'a']],
  ])('takes one thing to revoke, not %j', async (flags) => {
    expect((await run(['token', 'revoke', ...flags])).code).toBe(2)
  })
})
