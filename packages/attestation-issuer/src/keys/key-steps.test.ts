import { copyFileSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ask, attestHonestly, DAY, HOUR, makeWorld, NOW, read, root } from '../testing/issuer.test-fixture.ts'

let world: ReturnType<typeof makeWorld>
let server: Awaited<ReturnType<typeof world.open>>
beforeEach(async () => {
  world = makeWorld({ root })
  server = await world.open()
})
afterEach(async () => {
  await server.close()
  world.remove()
})

const states = () => server.keys().map(({ state }) => state)
const signer = async () => {
  const { body } = await attestHonestly(server, world.time.now)
  const [header = ''] = String(body.attestation).split('.')
  return String(JSON.parse(Buffer.from(header, 'base64url').toString()).kid)
}
const publishedIds = async () => {
  const { keys } = await read(await ask(server, '/jwks.json'))
  if (!Array.isArray(keys)) throw new Error('no keys')
  return keys.map(({ kid }) => String(kid))
}

describe('an issuer’s keys', () => {
  it('begin with one that signs from the first start on, and the same one after a restart', async () => {
    expect(states()).toEqual(['active'])
    const first = await signer()
    await server.close()
    server = await world.open()
    expect(await signer()).toBe(first)
  })

  it('are published without their private halves', async () => {
    const text = await (await ask(server, '/jwks.json')).text()
    expect(Object.keys(JSON.parse(text).keys[0]).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
  })

  it('rotate after an hour in which everybody could learn of the new one', async () => {
    const old = await signer()
    const rotation = await server.rotate()
    expect(rotation).toMatchObject({ state: 'prepared', activatesAt: NOW + HOUR })
    expect(await publishedIds()).toEqual([old, rotation.keyId])
    world.time.now += HOUR - 1
    await server.tend()
    expect(await signer()).toBe(old)
    world.time.now += 1
    await server.tend()
    expect(await signer()).toBe(rotation.keyId)
    expect(states()).toEqual(['retired', 'active'])
    expect(await publishedIds()).toEqual([old, rotation.keyId])
    world.time.now += HOUR
    expect(await publishedIds()).toEqual([rotation.keyId])
  })

  it('can sign nothing more once nobody trusts what they sign: their private halves are destroyed', async () => {
    const old = await signer()
    await server.rotate()
    const privateHalves = () => {
      const database = new DatabaseSync(world.database, { readOnly: true })
      const rows = database.prepare('SELECT key_id, private_jwk IS NOT NULL AS there FROM keys').all()
      database.close()
      return new Map(rows.map(({ key_id, there }) => [key_id, there]))
    }
    world.time.now += HOUR
    await server.tend()
    expect(privateHalves().get(old)).toBe(1)
    world.time.now += HOUR
    await server.tend()
    expect([...privateHalves().values()]).toEqual([0, 1])
  })

  it('rotate to the key that is prepared already, however often somebody asks', async () => {
    const first = await server.rotate()
    expect(await server.rotate()).toEqual(first)
    expect(states()).toEqual(['active', 'prepared'])
  })

  it('change by themselves before the 90 days are over, without a moment that has no key', async () => {
    const first = await signer()
    for (let hour = 0; hour < 91 * 24; hour += 1) {
      world.time.now += HOUR
      await server.tend()
      expect(server.keys().filter(({ state }) => state === 'active')).toHaveLength(1)
    }
    expect(await signer()).not.toBe(first)
  })

  it('sign nothing more once revoked; the next one takes over at once', async () => {
    const stolen = await signer()
    expect(await server.revoke(stolen, 'key_compromise')).toEqual({ ok: true })
    expect(await signer()).not.toBe(stolen)
    expect(await publishedIds()).not.toContain(stolen)
    expect(world.events).toContainEqual({
      type: 'attestation_key_revoked',
      issuer: server.issuer,
      keyThumbprint: stolen,
      reason: 'key_compromise',
    })
    expect(await server.revoke(stolen, 'key_compromise')).toEqual({ ok: false, reason: 'state' })
    expect(await server.revoke('made-up', 'key_compromise')).toEqual({ ok: false, reason: 'unknown' })
  })

  it('are seen by every process on the file as soon as one of them changed them', async () => {
    const other = await world.open()
    const old = await signer()
    await other.revoke(old, 'superseded')
    const fresh = other.keys().find(({ state }) => state === 'active')?.keyId
    expect(await signer()).toBe(fresh)
    expect(await publishedIds()).toEqual([fresh])
    await other.close()
  })

  it('are made once, by however many processes that start at once', async () => {
    const fresh = makeWorld({ root })
    const servers = await Promise.all(Array.from({ length: 5 }, () => fresh.open()))
    for (const one of servers) expect(one.keys()).toEqual(servers[0]?.keys())
    expect(servers[0]?.keys().filter(({ state }) => state === 'active')).toHaveLength(1)
    await Promise.all(servers.map((one) => one.close()))
    fresh.remove()
  })

  it('are all revoked when an older copy of the database takes the place of this one', async () => {
    await server.close()
    const copy = `${world.database}.backup`
    copyFileSync(world.database, copy)
    server = await world.open()
    const stolen = await signer()
    await server.revoke(stolen, 'key_compromise')
    await server.close()
    world.time.now += DAY
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${world.database}${suffix}`, { force: true })
    copyFileSync(copy, world.database)
    server = await world.open()
    // What was made before this moment might have been used, and so might what is dated up to half a minute ahead.
    world.time.now += 40
    expect(server.keys().find(({ keyId }) => keyId === stolen)?.state).toBe('revoked')
    expect(await signer()).not.toBe(stolen)
  })
})
