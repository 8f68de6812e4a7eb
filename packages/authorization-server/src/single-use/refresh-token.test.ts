import { calculateJwkThumbprint } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { obtainCode, redeemCode, refresh } from '../../testing/code-flow.ts'
import { slowStores } from '../../testing/slow-store.ts'
import { claimsOf, fetchNonce, makeAssertion, makeTokenProof, postToken } from '../../testing/token-request.ts'
import { type KeyPair, makeKey, NOTES, startWorld, type World } from '../../testing/world.ts'

const stores = [
  { store: 'the SQLite store', variation: {} },
  { store: 'a store that takes 5 ms', variation: slowStores(5) },
]

describe.each(stores)('RFC 9700 §4.14.2 refresh tokens on $store', ({ variation }) => {
  let world: World
  let key: KeyPair
  let nonce: string
  beforeEach(async () => {
    world = await startWorld(variation)
    key = await makeKey()
    nonce = await fetchNonce(world)
  })
  afterEach(async () => {
    vi.useRealTimers()
    await world.close()
  })

  const obtainRefreshToken = async (scope = 'notes:read') =>
    String((await redeemCode(world, await obtainCode(world, { scope }), { key, nonce })).body.refresh_token)

  const letSecondsPass = (seconds: number) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
  }

  const isAlive = async (token: unknown) => (await refresh(world, String(token), { key, nonce })).status === 200

  it('are rotated: each works once, the next one carries on', async () => {
    const first = await obtainRefreshToken()
    const second = await refresh(world, first, { key, nonce })
    expect(second).toMatchObject({ status: 200, body: { token_type: 'DPoP' } })
    expect(second.body.refresh_token).not.toBe(first)
    expect(claimsOf(second)).toMatchObject({ aud: NOTES, cnf: { jkt: await calculateJwkThumbprint(key.publicJwk) } })
    expect(await isAlive(second.body.refresh_token)).toBe(true)
  })

  it('may be narrowed, never widened', async () => {
    const token = await obtainRefreshToken('notes:read notes:write')
    const narrow = await refresh(world, token, { key, nonce, form: { scope: 'notes:read' } })
    expect(claimsOf(narrow).scope).toBe('notes:read')
    const wide = { scope: 'notes:read notes:delete' }
    const refused = await refresh(world, String(narrow.body.refresh_token), { key, nonce, form: wide })
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_scope' } })
  })

  it(`${verifies('RFC9449-5-2')} are bound to their key (RFC 9449 §5)`, async () => {
    const token = await obtainRefreshToken()
    const thief = await refresh(world, token, { key: await makeKey(), nonce })
    expect(thief).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await isAlive(token)).toBe(true)
  })

  it('are bound to their key for clients that authenticate, too', async () => {
    const redirect_uri = 'https://app.example/callback'
    const assertion = async () => ({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await makeAssertion(world.issuer, 'ed-agent', world.edKey),
    })
    const post = async (form: Record<string, string>, proofKey: KeyPair) =>
      postToken(
        world.issuer,
        { ...form, ...(await assertion()) },
        { DPoP: await makeTokenProof(world.issuer, proofKey, { nonce }) },
      )
    const { code, verifier } = await obtainCode(world, { client_id: 'ed-agent', redirect_uri })
    const first = await post({ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri }, key)
    const form = { grant_type: 'refresh_token', refresh_token: String(first.body.refresh_token) }
    expect(await post(form, await makeKey())).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await post(form, key)).toMatchObject({ status: 200 })
  })

  it('repeated under the same key within 10 seconds are refused, and nothing is revoked', async () => {
    const first = await obtainRefreshToken()
    const second = await refresh(world, first, { key, nonce })
    expect(await refresh(world, first, { key, nonce })).toMatchObject({ body: { error: 'invalid_grant' } })
    expect(await isAlive(second.body.refresh_token)).toBe(true)
  })

  it('repeated later end the family', async () => {
    const first = await obtainRefreshToken()
    const second = await refresh(world, first, { key, nonce })
    letSecondsPass(12)
    expect(await refresh(world, first, { key, nonce })).toMatchObject({ body: { error: 'invalid_grant' } })
    expect(await isAlive(second.body.refresh_token)).toBe(false)
    expect(world.log).toContainEqual({ type: 'family_revoked', clientId: 'desktop', cause: 'refresh_token' })
  })

  it('repeated under another key end the family at once', async () => {
    const first = await obtainRefreshToken()
    const second = await refresh(world, first, { key, nonce })
    const thief = await refresh(world, first, { key: await makeKey(), nonce })
    expect(thief).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(await isAlive(second.body.refresh_token)).toBe(false)
  })

  it('end the family also while the next refresh is under way', async () => {
    const first = await obtainRefreshToken()
    const second = await refresh(world, first, { key, nonce })
    const [third] = await Promise.all([
      refresh(world, String(second.body.refresh_token), { key, nonce }),
      refresh(world, first, { key: await makeKey(), nonce }),
    ])
    expect(await isAlive(third.body.refresh_token)).toBe(false)
  })

  it('outlive no replay of a captured request: it is told by its proof, and revokes nothing', async () => {
    const first = await obtainRefreshToken()
    const DPoP = await makeTokenProof(world.issuer, key, { nonce })
    const form = { grant_type: 'refresh_token', client_id: 'desktop', refresh_token: first }
    const second = await postToken(world.issuer, form, { DPoP })
    letSecondsPass(12)
    expect(await postToken(world.issuer, form, { DPoP })).toMatchObject({ body: { error: 'invalid_dpop_proof' } })
    expect(await isAlive(second.body.refresh_token)).toBe(true)
  })

  it('survive a restart, as does the memory of what was used', async () => {
    const first = await obtainRefreshToken()
    const second = await refresh(world, first, { key, nonce })
    await world.restart()
    expect(await refresh(world, first, { key, nonce })).toMatchObject({ body: { error: 'invalid_grant' } })
    expect(await isAlive(second.body.refresh_token)).toBe(true)
  })
})
