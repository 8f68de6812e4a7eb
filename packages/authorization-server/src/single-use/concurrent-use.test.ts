import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { obtainCode, redeemCode, refresh } from '../../testing/code-flow.ts'
import { slowDown, slowStores } from '../../testing/slow-store.ts'
import { assertionForm, fetchNonce, makeTokenProof, postToken, type TokenAnswer } from '../../testing/token-request.ts'
import { type KeyPair, makeKey, REDIRECT, startWorld, type World } from '../../testing/world.ts'

const CONCURRENT = 200

const stores = [
  { store: 'the SQLite store', variation: {} },
  { store: 'a store that takes 5 ms', variation: slowStores(5) },
  { store: 'a store that takes 20 ms', variation: slowStores(20) },
]

function tally(answers: readonly TokenAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { status, body } of answers) {
    const outcome = status === 200 ? 'success' : `${status} ${String(body.error)}`
    counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}

function many(request: () => Promise<TokenAnswer>): Promise<TokenAnswer[]> {
  return Promise.all(Array.from({ length: CONCURRENT }, request))
}

describe.each(stores)('one of 200 concurrent uses succeeds with $store', ({ variation }) => {
  let world: World
  let key: KeyPair
  let nonce: string
  beforeAll(async () => {
    world = await startWorld(variation)
    key = await makeKey()
    nonce = await fetchNonce(world)
  })
  afterAll(() => world.close())

  it('of one DPoP proof (RFC 9449 §11.1)', async () => {
    const DPoP = await makeTokenProof(world.issuer, key, { nonce })
    const answers = await many(async () =>
      postToken(world.issuer, await assertionForm(world.issuer, 'agent', world.agentKey), { DPoP }),
    )
    expect(tally(answers)).toEqual({ success: 1, '400 invalid_dpop_proof': CONCURRENT - 1 })
  })

  it(`${verifies('RFC7523-3-4')} of one client assertion (RFC 7523 §3)`, async () => {
    const form = await assertionForm(world.issuer, 'agent', world.agentKey)
    const answers = await many(async () =>
      postToken(world.issuer, form, { DPoP: await makeTokenProof(world.issuer, key, { nonce }) }),
    )
    expect(tally(answers)).toEqual({ success: 1, '401 invalid_client': CONCURRENT - 1 })
  })

  it(`${verifies('RFC6749-4.1.2-1')} of one authorization code (RFC 6749 §4.1.2)`, async () => {
    const obtained = await obtainCode(world)
    const answers = await many(() => redeemCode(world, obtained, { key, nonce }))
    expect(tally(answers)).toEqual({ success: 1, '400 invalid_grant': CONCURRENT - 1 })
  })

  it('of one whole captured request with a code', async () => {
    const { code, verifier } = await obtainCode(world)
    const DPoP = await makeTokenProof(world.issuer, key, { nonce })
    const form = {
      grant_type: 'authorization_code',
      client_id: 'desktop',
      code,
      code_verifier: verifier,
      redirect_uri: REDIRECT,
    }
    expect(tally(await many(() => postToken(world.issuer, form, { DPoP })))).toMatchObject({ success: 1 })
  })

  it('of one refresh token, and the family lives on: the holder of its key may repeat at once', async () => {
    const first = await redeemCode(world, await obtainCode(world), { key, nonce })
    const answers = await many(() => refresh(world, String(first.body.refresh_token), { key, nonce }))
    expect(tally(answers)).toEqual({ success: 1, '400 invalid_grant': CONCURRENT - 1 })
    const winner = answers.find(({ status }) => status === 200)
    const next = await refresh(world, String(winner?.body.refresh_token), { key, nonce })
    expect(next.status).toBe(200)
  })

  it('of one proof, assertion, code and refresh token, also between two servers on one database', async () => {
    const twin = await world.startTwin()
    const { code, verifier } = await obtainCode(world)
    const codeForm = {
      grant_type: 'authorization_code',
      client_id: 'desktop',
      code,
      code_verifier: verifier,
      redirect_uri: REDIRECT,
    }
    const first = await redeemCode(world, await obtainCode(world), { key, nonce })
    const refreshForm = {
      grant_type: 'refresh_token',
      client_id: 'desktop',
      refresh_token: String(first.body.refresh_token),
    }
    const assertion = await assertionForm(world.issuer, 'agent', world.agentKey)
    const sameProof = await makeTokenProof(world.issuer, key, { nonce })
    const freshProof = () => makeTokenProof(world.issuer, key, { nonce })
    const freshAssertion = () => assertionForm(world.issuer, 'agent', world.agentKey)
    for (const [form, proof] of [
      [async () => codeForm, freshProof],
      [async () => refreshForm, freshProof],
      [async () => assertion, freshProof],
      [freshAssertion, async () => sameProof],
    ] as const) {
      let turn = 0
      const answers = await many(async () =>
        postToken(turn++ % 2 === 0 ? world.issuer : twin, await form(), { DPoP: await proof() }),
      )
      expect(tally(answers)).toMatchObject({ success: 1 })
    }
  })

  it('and a code that was used twice takes the tokens it gave with it (RFC 6749 §4.1.2)', async () => {
    const obtained = await obtainCode(world)
    const first = await redeemCode(world, obtained, { key, nonce })
    expect(await redeemCode(world, obtained, { key, nonce })).toMatchObject({ body: { error: 'invalid_grant' } })
    const next = await refresh(world, String(first.body.refresh_token), { key, nonce })
    expect(next).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })
})

describe('the attack itself', () => {
  it('succeeds where a code is looked up, and only then marked as used', async () => {
    const world = await startWorld({ wrapAdapter: (adapter) => slowDown({ ...adapter, consume: async () => {} }) })
    const key = await makeKey()
    const nonce = await fetchNonce(world)
    const obtained = await obtainCode(world)
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeemCode(world, obtained, { key, nonce })))
    expect(tally(answers)).toEqual({ success: 10 })
    await world.close()
  })
})
