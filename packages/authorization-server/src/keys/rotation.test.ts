import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { asClient, inquire, introspectedResources } from '../../testing/token-inquiry.ts'
import { requestAgentToken } from '../../testing/token-request.ts'
import { makeKey, NOTES, startWorld, type World } from '../../testing/world.ts'
import { createAuthorizationServer } from '../authorization-server.ts'
import { makeSigningKey, nameKey } from './signing-key.ts'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
})

const later = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
const readJwks = async (issuer = world.issuer): Promise<JSONWebKeySet> => (await fetch(`${issuer}/jwks`)).json()
const kidsOf = ({ keys }: JSONWebKeySet) => keys.map(({ kid }) => kid)
const takeToken = async (from = world, form?: Record<string, string>) => {
  const { body } = await requestAgentToken(from, form)
  if (typeof body.access_token !== 'string') throw new Error(JSON.stringify(body))
  return body.access_token
}

describe('a signing key', () => {
  it('is published before it signs, and after, and none of its tokens is lost', async () => {
    const [old = ''] = kidsOf(await readJwks())
    const before = await takeToken()
    const { kid, state, activeFrom } = await world.rotateKeys()
    expect(state).toBe('next')
    expect(activeFrom - Date.now() / 1000).toBeGreaterThan(599)
    expect(kidsOf(await readJwks())).toEqual([old, kid])
    expect(decodeProtectedHeader(await takeToken()).kid).toBe(old)

    later(602)
    await vi.waitFor(async () => expect(kidsOf(await readJwks())).toEqual([kid, old]), 3000)
    const after = await takeToken()
    expect(decodeProtectedHeader(after).kid).toBe(kid)
    const published = createLocalJWKSet(await readJwks())
    await jwtVerify(after, published, { audience: NOTES })
    await jwtVerify(before, published, { audience: NOTES, currentDate: new Date(Date.now() - 600_000) })

    later(3660)
    await vi.waitFor(async () => expect(kidsOf(await readJwks())).toEqual([kid]), 3000)
    expect(world.log).toContainEqual({ type: 'signing_keys_changed', keyId: kid })
  })

  it('that somebody deleted counts no more, and no server without keys says that it is ready', async () => {
    const database = new DatabaseSync(world.database)
    database.exec('DELETE FROM keys')
    database.close()
    await vi.waitFor(() => expect(world.probe()).rejects.toThrow('signing keys are gone'), 3000)
    expect(await readJwks()).toEqual({ keys: [] })
  })

  it('is added once, however often and wherever it is asked for', async () => {
    const twin = await world.startTwin()
    const answers = await Promise.all([world.rotateKeys(), world.rotateKeys()])
    expect(answers[0].kid).toBe(answers[1].kid)
    await vi.waitFor(async () => expect(await readJwks(twin)).toEqual(await readJwks()), 3000)
    expect(kidsOf(await readJwks(twin))).toHaveLength(2)
  })

  it('of a token that is introspected may be a retired one', async () => {
    const notesKey = await makeKey()
    const [notes, mail] = introspectedResources(notesKey).resources
    if (notes === undefined || mail === undefined) throw new Error('no resources')
    const other = await startWorld({ options: { resources: [{ ...notes, accessTokenLifetime: 3600 }, mail] } })
    const token = await takeToken(other, { scope: 'notes:read', resource: NOTES })
    await other.rotateKeys()
    later(602)
    await vi.waitFor(async () => expect(other.keys()[1]?.state).toBe('retired'), 3000)
    const answer = await inquire(other, '/introspect', token, await asClient(other, 'notes-server', notesKey))
    expect(answer.body).toMatchObject({ active: true })
    await other.close()
  })

  it('that was stolen is gone at once, wherever it was published', async () => {
    const twin = await world.startTwin()
    await world.rotateKeys()
    const { kid, state } = await world.rotateKeys({ stolen: true })
    expect(state).toBe('active')
    expect(kidsOf(await readJwks())).toEqual([kid])
    expect(decodeProtectedHeader(await takeToken()).kid).toBe(kid)
    await vi.waitFor(async () => expect(kidsOf(await readJwks(twin))).toEqual([kid]), 3000)
  })

  it('may be kept for less time than it is published ahead', async () => {
    expect((await fetch(`${world.issuer}/jwks`)).headers.get('Cache-Control')).toBe('public, max-age=300')
    const options = { issuer: 'https://auth.example', database: join(world.folder, 'x.db'), resources: [] }
    for (const keys of [{ publishAheadSeconds: 9 }, { retireAfterSeconds: 59 }, { publishAheadSeconds: 20.5 }]) {
      await expect(createAuthorizationServer({ ...options, keys })).rejects.toThrow(/keys\.\w+ is a whole number/)
    }
  })

  it('of an earlier release goes on', async () => {
    const jwk = JSON.parse(makeSigningKey().toString())
    await world.restart(() => {
      const database = new DatabaseSync(world.database)
      database.exec('DELETE FROM keys')
      const insert = database.prepare("INSERT INTO secrets (name, value) VALUES ('signing_key', ?)")
      insert.run(Buffer.from(JSON.stringify(jwk)))
      database.close()
    })
    expect(kidsOf(await readJwks())).toEqual([nameKey(jwk)])
    const database = new DatabaseSync(world.database)
    expect(database.prepare("SELECT * FROM secrets WHERE name = 'signing_key'").all()).toEqual([])
    database.close()
  })
})

describe('secrets in the database', () => {
  const readSecrets = (path: string): Buffer[] => {
    const database = new DatabaseSync(path)
    const rows = database.prepare('SELECT value FROM secrets UNION ALL SELECT value FROM keys').all()
    database.close()
    return rows.map(({ value }) => Buffer.from(value as Uint8Array))
  }
  const holds = (folder: string, secret: Buffer) =>
    readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(secret))

  it('are encrypted once there is a key, and nothing of them is left behind', async () => {
    const key = randomBytes(32)
    const clear = readSecrets(world.database)
    for (const secret of clear) expect(holds(world.folder, secret)).toBe(true)
    const jwks = await readJwks()
    await world.restart(() => undefined, { encryption: { key } })
    expect(await readJwks()).toEqual(jwks)
    for (const secret of clear) expect(holds(world.folder, secret)).toBe(false)
    expect((await requestAgentToken(world)).status).toBe(200)

    await expect(world.restart(() => undefined, {})).rejects.toMatchObject({ name: 'SecretsUnreadable' })
    const other = { key: randomBytes(32) }
    await expect(world.restart(() => undefined, { encryption: other })).rejects.toThrow('encryption.previous')
    await world.restart(() => undefined, { encryption: { ...other, previous: [key] } })
    await world.restart(() => undefined, { encryption: other })
    expect(await readJwks()).toEqual(jwks)
  })
})
