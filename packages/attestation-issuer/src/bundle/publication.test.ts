import { createLocalSigner, generateSigningJwk, signKeyBundle } from '@countersign/attestation/issue'
import { type BundleMark, createTrustList, verifyKeyBundle } from '@countersign/attestation/trust'
import type { PublicJwk } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ask, DAY, HOUR, ISSUER, makeWorld, NOW, read, root } from '../testing/issuer.test-fixture.ts'

const verifier = createFastVerifier()
const stranger = await createLocalSigner(await generateSigningJwk())
let world: ReturnType<typeof makeWorld>
let server: Awaited<ReturnType<typeof world.open>>
beforeEach(() => {
  world = makeWorld()
})
afterEach(async () => {
  await server.close()
  world.remove()
})

async function judge(text: string, mark?: BundleMark, key: PublicJwk = root.publicJwk) {
  const expectation = { issuer: ISSUER, root: key, ...(mark !== undefined && { mark }) }
  const result = await verifyKeyBundle(text, expectation, { verifier, clock: () => world.time.now })
  if (!result.ok) throw new Error(`${result.rejection.code} ${result.rejection.reason}`)
  return result
}
const fetchBundle = async () => (await ask(server, '/keys.jwt')).text()

describe('a bundle of an issuer that holds its root', () => {
  beforeEach(async () => {
    server = await world.open({ root })
  })

  it('verifies with the pinned root and names the keys of now', async () => {
    const { value } = await judge(await fetchBundle())
    const expires = NOW + 90 * DAY + HOUR
    expect(value.keys).toMatchObject([{ keyId: server.keys()[0]?.keyId, expires }])
    expect(value.expires).toBe(NOW + 7 * DAY)
    expect(server.root).toEqual(root.publicJwk)
  })

  it('stays the same while nothing changes, until half of its life is over', async () => {
    const first = await fetchBundle()
    world.time.now += 3.5 * DAY - 1
    expect(await fetchBundle()).toBe(first)
    world.time.now += 1
    const second = await fetchBundle()
    const { mark } = await judge(first)
    expect((await judge(second, mark)).mark.sequence).toBeGreaterThan(mark.sequence)
  })

  it('has a higher number after each change, and lists what was revoked for good', async () => {
    let { mark } = await judge(await fetchBundle())
    for (let round = 0; round < 3; round++) {
      const [active] = server.keys().filter(({ state }) => state === 'active')
      await server.revoke(active?.keyId ?? '', 'key_compromise')
      const next = await judge(await fetchBundle(), mark)
      expect(next.mark.sequence).toBeGreaterThan(mark.sequence)
      expect(next.value.revoked).toHaveLength(round + 1)
      expect(next.value.revoked.at(-1)).toMatchObject({ reason: 'key_compromise', revokedAt: NOW })
      mark = next.mark
    }
    await server.rotate()
    expect((await judge(await fetchBundle(), mark)).value.keys).toHaveLength(2)
  })

  it('follows a change that another process made, also one without the root', async () => {
    const { mark } = await judge(await fetchBundle())
    const other = await world.open({ rootKey: root.publicJwk })
    await other.revoke(other.keys()[0]?.keyId ?? '', 'superseded')
    await other.close()
    const { value } = await judge(await fetchBundle(), mark)
    expect(value.revoked).toMatchObject([{ reason: 'superseded' }])
  })

  it('is one and the same for many that ask at once, in two processes', async () => {
    const other = await world.open({ root })
    world.time.now += 4 * DAY
    const bundles = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => (await (i % 2 === 0 ? server : other).publish()).bundle),
    )
    expect(new Set(bundles).size).toBe(1)
    await other.close()
  })

  it('is signed anew when the issuer is called otherwise, as after a move', async () => {
    const { mark } = await judge(await fetchBundle())
    await server.close()
    const issuer = 'https://moved.example'
    server = await world.open({ root, issuer })
    const { bundle = '' } = await server.publish()
    const expectation = { issuer, root: root.publicJwk, mark }
    expect(await verifyKeyBundle(bundle, expectation, { verifier, clock: () => NOW })).toMatchObject({ ok: true })
  })

  it('is signed anew when the root is another one', async () => {
    await fetchBundle()
    await server.close()
    server = await world.open({ root: stranger })
    await judge(await fetchBundle(), undefined, stranger.publicJwk)
  })

  it('is a source of trust as verifiers take it', async () => {
    const jwks = JSON.parse((await server.publish()).jwks)
    const trust = createTrustList(verifier, [{ issuer: ISSUER, keys: jwks, level: 'provider', providers: ['example'] }])
    expect(trust.find(ISSUER)).toBeDefined()
  })
})

describe('an issuer whose root is kept offline', () => {
  const rootKey = root.publicJwk
  beforeEach(async () => {
    server = await world.open({ rootKey })
  })
  const sign = async (changes: object = {}, signer = root) =>
    signKeyBundle(signer, { ...(await server.draftBundle()), ...changes })

  it('has no bundle and names none, until one is handed in; then it serves that, in every process', async () => {
    expect((await ask(server, '/keys.jwt')).status).toBe(404)
    expect(await read(await ask(server, '/.well-known/attestation-issuer'))).not.toHaveProperty('key_bundle_uri')
    const other = await world.open({ rootKey })
    const text = await sign()
    expect(await server.importBundle(text)).toEqual({ ok: true, sequence: NOW })
    expect(await fetchBundle()).toBe(text)
    expect((await other.publish()).bundle).toBe(text)
    await other.close()
    const { key_bundle_uri } = await read(await ask(server, '/.well-known/attestation-issuer'))
    expect(key_bundle_uri).toBe(`${ISSUER}/keys.jwt`)
  })

  it('takes the same bundle twice, and none that is older', async () => {
    const first = await sign()
    await server.importBundle(first)
    expect(await server.importBundle(first)).toMatchObject({ ok: true })
    world.time.now += 10
    const second = await sign()
    await server.importBundle(second)
    expect(await server.importBundle(first)).toEqual({ ok: false, reason: 'seq' })
    expect(await fetchBundle()).toBe(second)
  })

  it('takes none that speaks of other keys than it has, or is not its root’s', async () => {
    const { keys } = await server.draftBundle()
    const { publicJwk: jwk, keyId } = stranger
    const foreign = { keyId, jwk, expires: NOW + DAY }
    expect(await server.importBundle(await sign({}, stranger))).toEqual({ ok: false, reason: 'signature' })
    expect(await server.importBundle(await sign({ issuer: 'https://other.example' }))).toMatchObject({ reason: 'iss' })
    expect(await server.importBundle(await sign({ keys: [...keys, foreign] }))).toMatchObject({ reason: 'unknown_key' })
    expect(await server.importBundle(await sign({ keys: [] }))).toMatchObject({ reason: 'active_key_missing' })
    expect(await server.importBundle('nonsense')).toMatchObject({ ok: false })
    const old = await server.draftBundle()
    await server.revoke(keys[0]?.keyId ?? '', 'key_compromise')
    expect(await server.importBundle(await sign({ keys: old.keys, revoked: [] }))).toMatchObject({ ok: false })
    expect(await server.importBundle(await sign({ revoked: [] }))).toMatchObject({ reason: 'revoked_key_missing' })
    expect(await server.importBundle(await sign())).toMatchObject({ ok: true })
  })

  it('takes none that keeps silent about a key which is revoked while it is being verified', async () => {
    const text = await sign()
    const other = await world.open({ rootKey })
    const taking = server.importBundle(text)
    await other.revoke(server.keys()[0]?.keyId ?? '', 'key_compromise')
    expect(await taking).toEqual({ ok: false, reason: 'keys_changed' })
    expect((await ask(server, '/keys.jwt')).status).toBe(404)
    await other.close()
  })

  it('lets a new key sign once a bundle lists it, and not before', async () => {
    await server.importBundle(await sign())
    const [old] = server.keys()
    const { keyId } = await server.rotate()
    const signing = () => server.keys().find(({ state }) => state === 'active')?.keyId
    world.time.now += 2 * HOUR
    await server.tend()
    expect(signing()).toBe(old?.keyId)
    await server.importBundle(await sign())
    await server.tend()
    expect(signing()).toBe(keyId)
  })

  it('keeps the old key to its very end while nobody signs a bundle, and then does the best that it can', async () => {
    await server.importBundle(await sign())
    const [old] = server.keys()
    const signing = () =>
      server
        .keys()
        .filter(({ state }) => state === 'active')
        .map(({ keyId }) => keyId)
    world.time.now += 90 * DAY - 1
    await server.tend()
    await server.tend()
    expect(signing()).toEqual([old?.keyId])
    world.time.now += 1
    await server.tend()
    expect(signing()).not.toEqual([old?.keyId])
    expect(signing()).toHaveLength(1)
  })

  it('takes none at all where no root is pinned', async () => {
    const text = await sign()
    await server.close()
    server = await world.open()
    await expect(server.importBundle(text)).rejects.toThrow('rootKey')
  })
})
