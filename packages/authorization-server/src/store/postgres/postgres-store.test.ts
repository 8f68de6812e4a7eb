import { randomBytes } from 'node:crypto'
import { type PostgresServer, startPostgres } from '@countersign/store-servers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { logIn, obtainCode, redeemCode, refresh, startAttempt } from '../../../testing/code-flow.ts'
import { createDatabase, startPostgresWorld } from '../../../testing/postgres-world.ts'
import { readFeed } from '../../../testing/token-inquiry.ts'
import { fetchNonce, requestAgentToken } from '../../../testing/token-request.ts'
import { makeKey, notesResource, startWorld, USER, type World } from '../../../testing/world.ts'
import { createAuthorizationServer } from '../../authorization-server.ts'

let postgres: PostgresServer
let world: World
beforeAll(async () => {
  postgres = await startPostgres()
}, 60_000)
afterAll(() => postgres.stop())
beforeEach(async () => {
  world = await startPostgresWorld(postgres, { servers: 1 })
})
afterEach(() => world.close())

const run = (text: string) => postgres.sql(`\\connect ${new URL(world.database).pathname.slice(1)}\n${text}`)

describe('a PostgreSQL database', () => {
  it('holds no code, refresh token, cookie, password or private key in clear', async () => {
    const attempt = startAttempt(world)
    const back = await attempt.browser.submit(await logIn(attempt), 'approve')
    const code = back.url.searchParams.get('code') ?? ''
    const exchange = { key: await makeKey(), nonce: await fetchNonce(world) }
    const first = await redeemCode(world, { code, verifier: attempt.verifier }, exchange)
    const second = await refresh(world, String(first.body.refresh_token), exchange)
    const held = await Promise.all(
      ['artefacts', 'users', 'secrets', 'keys', 'spends'].map((table) => run(`SELECT * FROM countersign.${table}`)),
    )
    const values = await run("SELECT encode(value, 'escape') FROM countersign.keys")
    expect(held[0]).toContain('RefreshToken')
    expect(values).not.toContain('"d"')
    const tokens = [first, second].flatMap(({ body }) => [String(body.access_token), String(body.refresh_token)])
    const cookies = [...attempt.browser.cookies].filter(([key]) => !/^_interaction /.test(key))
    for (const secret of [USER.password, code, attempt.verifier, ...tokens, ...cookies.map(([, { value }]) => value)]) {
      expect(secret.length).toBeGreaterThan(20)
      for (const table of held) expect(table.includes(secret), secret).toBe(false)
    }
  })

  it('that lost its memory gives nothing back, and its guards begin anew', async () => {
    const exchange = { key: await makeKey(), nonce: await fetchNonce(world) }
    const tokens = await redeemCode(world, await obtainCode(world), exchange)
    const { epoch, sequence } = await readFeed(world)
    // As after a restore: the record was written by another transaction than it says.
    await run('UPDATE countersign.epoch SET not_before = not_before')
    await vi.waitFor(async () => expect((await readFeed(world)).epoch).not.toBe(epoch), 5000)
    expect(world.log).toContainEqual({ type: 'memory_lost' })
    expect(world.log).toContainEqual(expect.objectContaining({ type: 'store_epoch' }))
    const feed = await readFeed(world)
    expect(feed.entries).toHaveLength(4)
    expect(feed.sequence).toBe(sequence + 4)
    expect((await refresh(world, String(tokens.body.refresh_token), exchange)).body.error).toBe('use_dpop_nonce')
    const nonce = await fetchNonce(world)
    const again = await refresh(world, String(tokens.body.refresh_token), { ...exchange, nonce })
    expect(again.body.error).toBe('invalid_grant')
  })

  it('that is gone is told of as such, and used again once it is back', async () => {
    expect((await requestAgentToken(world)).status).toBe(200)
    postgres.signal('SIGKILL')
    const refused = await vi.waitFor(async () => {
      const answer = await fetch(`${world.issuer}/revocations`)
      expect(answer.status).toBe(503)
      return answer
    }, 5000)
    expect(refused.headers.get('Retry-After')).toBe('2')
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' })
    await expect(world.probe()).rejects.toMatchObject({ name: 'LedgerUnavailable' })
    await postgres.restart()
    await vi.waitFor(() => world.probe(), { timeout: 10_000, interval: 100 })
    expect((await requestAgentToken(world)).status).toBe(200)
    expect(JSON.stringify(world.log)).not.toContain(new URL(world.database).password)
  }, 30_000)

  it('is told apart from one of another issuer, of another key, and from none at all', async () => {
    const open = (options: object) =>
      createAuthorizationServer({
        issuer: world.issuer,
        database: world.database,
        resources: [notesResource],
        ...options,
      })
    const encryption = { key: randomBytes(32) }
    await expect(open({})).rejects.toThrow('openssl rand')
    await expect(open({ encryption })).rejects.toMatchObject({ name: 'SecretsUnreadable' })
    const foreign = open({ encryption, issuer: 'https://other.example' })
    await expect(foreign).rejects.toMatchObject({ name: 'StoreUnusable', fault: 'foreign' })
    const nowhere = open({ encryption, database: 'postgres://nobody:a-password@127.0.0.1:1/x' })
    await expect(nowhere).rejects.toMatchObject({
      name: 'StoreUnusable',
      message: expect.not.stringContaining('a-password'),
    })
    await expect(open({ encryption, database: 'mysql://127.0.0.1/x' })).rejects.toThrow('mysql:')
  })

  it('takes a name of any characters, and finds nobody by it', async () => {
    const attempt = startAttempt(world)
    const page = await attempt.browser.open(attempt.url)
    const answer = await attempt.browser.submit(page, 'login', { name: 'A\0da\ud800', password: 'x' })
    expect(answer.status).toBe(401)
    await world.revoke({ subject: 'user\0-1' })
  })

  it('does not grow with what has expired', async () => {
    await run(`INSERT INTO countersign.artefacts (model, id, payload, expires)
      SELECT 'Interaction', n::text, '{}', 1000 FROM generate_series(1, 200) AS n`)
    for (let step = 0; step < 15; step++) await fetch(startAttempt(world).url, { redirect: 'manual' })
    expect(Number(await run('SELECT count(*) FROM countersign.artefacts WHERE expires = 1000'))).toBe(0)
  })
})

describe('many servers that start at once on a new database', () => {
  it('make one set of keys and secrets, and one person', async () => {
    const database = await createDatabase(postgres)
    const many = await startWorld({ servers: 4, options: { database, encryption: { key: randomBytes(32) } } })
    const jwks = await Promise.all(Array.from({ length: 4 }, async () => (await fetch(`${many.issuer}/jwks`)).text()))
    expect(new Set(jwks).size).toBe(1)
    expect(JSON.parse(jwks[0] ?? '').keys).toHaveLength(1)
    const attempt = startAttempt(many)
    expect((await logIn(attempt)).text).toContain('notes')
    await many.close()
  })
})
