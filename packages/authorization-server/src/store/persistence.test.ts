import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMemoryLedger } from '@countersign/core'
import { createSqliteLedger } from '@countersign/ledgers/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { logIn, redeemCode, refresh, startAttempt } from '../../testing/code-flow.ts'
import { fetchNonce, makeTokenProof, requestAgentToken } from '../../testing/token-request.ts'
import { makeKey, notesResource, startWorld, USER, type World } from '../../testing/world.ts'
import { createAuthorizationServer } from '../authorization-server.ts'
import { hashPassword, verifyPassword } from './password.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.close())

const readJwks = async () => (await fetch(`${world.issuer}/jwks`)).text()

describe('the database', () => {
  it('keeps keys, nonces and sessions over a restart', async () => {
    const jwks = await readJwks()
    const nonce = await fetchNonce(world)
    const attempt = startAttempt(world)
    const consent = await logIn(attempt)
    await world.restart()
    expect(await readJwks()).toBe(jwks)
    const back = await attempt.browser.submit(consent, 'approve')
    const code = back.url.searchParams.get('code') ?? ''
    const exchange = { key: await makeKey(), nonce }
    expect(await redeemCode(world, { code, verifier: attempt.verifier }, exchange)).toMatchObject({ status: 200 })
  })

  it('is readable by its owner alone', () => {
    for (const name of readdirSync(world.folder)) expect(statSync(join(world.folder, name)).mode & 0o077).toBe(0)
  })

  it('holds no code, refresh token, cookie or password in clear', async () => {
    const attempt = startAttempt(world)
    const back = await attempt.browser.submit(await logIn(attempt), 'approve')
    const code = back.url.searchParams.get('code') ?? ''
    const exchange = { key: await makeKey(), nonce: await fetchNonce(world) }
    const first = await redeemCode(world, { code, verifier: attempt.verifier }, exchange)
    const second = await refresh(world, String(first.body.refresh_token), exchange)
    const credentials = [
      USER.password,
      code,
      attempt.verifier,
      ...[first, second].flatMap(({ body }) => [String(body.access_token), String(body.refresh_token)]),
      // An interaction's own address names its cookie's value; what makes that cookie good is its signature.
      ...[...attempt.browser.cookies].filter(([key]) => !/^_interaction /.test(key)).map(([, { value }]) => value),
    ]
    expect([...attempt.browser.cookies.keys()].map((key) => key.split(' ')[0])).toContain('_session')
    const files = readdirSync(world.folder).map((name) => readFileSync(join(world.folder, name), 'latin1'))
    for (const credential of credentials) {
      expect(credential.length).toBeGreaterThan(20)
      expect(
        files.some((text) => text.includes(credential)),
        credential,
      ).toBe(false)
    }
  })

  it('does not grow with what has expired', async () => {
    const { DatabaseSync } = await import('node:sqlite')
    const { createSqliteArtefacts } = await import('./sqlite/artefacts.ts')
    const { authorizationServerSchema } = await import('./sqlite/schema.ts')
    const database = new DatabaseSync(':memory:')
    for (const migration of authorizationServerSchema.migrations) database.exec(migration)
    let now = 1_000_000
    const { store } = createSqliteArtefacts(database, () => now)
    for (let id = 0; id < 500; id++) {
      await store.save('Interaction', `id ${id}`, { jti: `id ${id}` }, now + 10)
      now += 1
    }
    const rows = database.prepare('SELECT count(*) AS n FROM artefacts').get()
    expect(rows?.n).toBeLessThan(80)
    database.close()
  })

  it('that is no database of ours stays as it is, and says so', async () => {
    const path = join(world.folder, 'letter.txt')
    writeFileSync(path, 'Dear Ada')
    const options = { issuer: 'https://auth.example', database: path, resources: [notesResource] }
    await expect(createAuthorizationServer(options)).rejects.toMatchObject({
      name: 'DatabaseUnusable',
      fault: 'foreign',
      message: expect.stringContaining('letter.txt'),
    })
    expect(readFileSync(path, 'utf8')).toBe('Dear Ada')
  })
})

describe('the ledger', () => {
  it('may live elsewhere, if it is durable', async () => {
    const ledger = createSqliteLedger({ path: join(world.folder, 'ledger.db') })
    const other = await startWorld({ options: { ledger } })
    expect((await requestAgentToken(other)).status).toBe(200)
    await other.close()
    ledger.close()
    const options = { issuer: 'https://auth.example', database: join(world.folder, 'x.db'), resources: [] }
    await expect(createAuthorizationServer({ ...options, ledger: createMemoryLedger() })).rejects.toThrow('durable')
  })

  it('that cannot answer refuses the request, and tells nothing', async () => {
    const ledger = {
      lifetime: 'durable' as const,
      spend: () => Promise.reject(new Error('connection to 10.0.0.1 lost')),
    }
    const other = await startWorld({ options: { ledger } })
    const { makeAssertion, postToken } = await import('../../testing/token-request.ts')
    const answer = await postToken(
      other.issuer,
      {
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await makeAssertion(other.issuer, 'agent', other.agentKey),
      },
      { DPoP: await makeTokenProof(other.issuer, other.agentKey) },
    )
    expect(answer.status).toBe(500)
    expect(JSON.stringify([answer.body, other.log])).not.toContain('10.0.0.1')
    await other.close()
  })
})

describe('passwords (RFC 9106)', () => {
  it('are kept as argon2id, each with its own salt', async () => {
    const [one, two] = await Promise.all([hashPassword('a password'), hashPassword('a password')])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(one).not.toBe(two)
    expect(await verifyPassword('a password', one)).toBe(true)
    expect(await verifyPassword('another', one)).toBe(false)
    expect(await verifyPassword('', one)).toBe(false)
  })

  it('of silly lengths are refused', async () => {
    await expect(hashPassword('')).rejects.toThrow(RangeError)
    await expect(hashPassword('x'.repeat(1025))).rejects.toThrow(RangeError)
    expect(await verifyPassword('x'.repeat(100_000), await hashPassword('x'.repeat(1024)))).toBe(false)
  })
})
