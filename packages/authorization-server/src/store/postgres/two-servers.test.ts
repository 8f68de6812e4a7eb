import { beginFirstEpoch, createRedisLedger, type RedisLedger } from '@countersign/ledgers/redis'
import { type PostgresServer, type RedisServer, startPostgres, startRedis } from '@countersign/store-servers'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { logIn, obtainCode, redeemCode, refresh, startAttempt } from '../../../testing/code-flow.ts'
import { startPostgresWorld } from '../../../testing/postgres-world.ts'
import { readFeed } from '../../../testing/token-inquiry.ts'
import {
  assertionForm,
  claimsOf,
  fetchNonce,
  makeTokenProof,
  postToken,
  requestAgentToken,
  type TokenAnswer,
} from '../../../testing/token-request.ts'
import { type KeyPair, makeKey, type World } from '../../../testing/world.ts'

const CONCURRENT = 24

let postgres: PostgresServer
let redis: RedisServer
beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  await beginFirstEpoch(redis.url)
}, 60_000)
afterAll(() => Promise.all([postgres.stop(), redis.stop()]))

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

describe.each([{ ledger: 'the same' }, { ledger: 'Redis' }])(
  'two servers on one PostgreSQL, ledger: $ledger',
  (kind) => {
    let ledger: RedisLedger | undefined
    let world: World
    let key: KeyPair
    let nonce: string
    beforeAll(async () => {
      if (kind.ledger === 'Redis') ledger = await createRedisLedger(redis.url)
      world = await startPostgresWorld(postgres, { options: ledger === undefined ? {} : { ledger } })
      key = await makeKey()
      nonce = await fetchNonce(world)
    }, 60_000)
    afterAll(async () => {
      await world.close()
      await ledger?.close()
    })
    const proof = () => makeTokenProof(world.issuer, key, { nonce })

    it('are one: a code issued here is redeemed there, a page shown here is answered there', async () => {
      const attempt = startAttempt(world)
      const back = await attempt.browser.submit(await logIn(attempt), 'approve')
      const code = back.url.searchParams.get('code') ?? ''
      const first = await redeemCode(world, { code, verifier: attempt.verifier }, { key, nonce })
      expect(first.status).toBe(200)
      const second = await refresh(world, String(first.body.refresh_token), { key, nonce })
      expect(second.status).toBe(200)
      expect(claimsOf(second).grant_id).toBe(claimsOf(first).grant_id)
    })

    it('accept one of many concurrent uses of a proof, an assertion, a code and a refresh token', async () => {
      const { code, verifier } = await obtainCode(world)
      const first = await redeemCode(world, await obtainCode(world), { key, nonce })
      const assertion = await assertionForm(world.issuer, 'agent', world.agentKey)
      const sameProof = await proof()
      const outcomes = [
        await many(() => redeemCode(world, { code, verifier }, { key, nonce })),
        await many(() => refresh(world, String(first.body.refresh_token), { key, nonce })),
        await many(async () => postToken(world.issuer, assertion, { DPoP: await proof() })),
        await many(async () =>
          postToken(world.issuer, await assertionForm(world.issuer, 'agent', world.agentKey), { DPoP: sameProof }),
        ),
      ]
      expect(outcomes.map(tally)).toEqual([
        { success: 1, '400 invalid_grant': CONCURRENT - 1 },
        { success: 1, '400 invalid_grant': CONCURRENT - 1 },
        { success: 1, '401 invalid_client': CONCURRENT - 1 },
        { success: 1, '400 invalid_dpop_proof': CONCURRENT - 1 },
      ])
      const winner = outcomes[1]?.find(({ status }) => status === 200)
      expect((await refresh(world, String(winner?.body.refresh_token), { key, nonce })).status).toBe(200)
    })

    it('end a family at both when one of its refresh tokens comes back late', async () => {
      const first = await redeemCode(world, await obtainCode(world), { key, nonce })
      const second = await refresh(world, String(first.body.refresh_token), { key, nonce })
      const thief = await makeKey()
      const stolen = await refresh(world, String(first.body.refresh_token), { key: thief, nonce })
      expect(stolen.body.error).toBe('invalid_grant')
      expect(world.log).toContainEqual({ type: 'family_revoked', clientId: 'desktop', cause: 'refresh_token' })
      for (const _server of ['one', 'other']) {
        const again = await refresh(world, String(second.body.refresh_token), { key, nonce })
        expect(again.body.error).toBe('invalid_grant')
      }
    })

    it('number revocations in the order in which they are seen, whoever adds them', async () => {
      const { sequence } = await readFeed(world)
      await Promise.all(Array.from({ length: 40 }, (_, id) => world.revoke({ token: `${kind.ledger} ${id}` })))
      const seen = await readFeed(world, `?after=${sequence}&epoch=${(await readFeed(world)).epoch}`)
      expect(seen.entries.map((entry) => entry.sequence)).toEqual(
        Array.from({ length: 40 }, (_, id) => sequence + 1 + id),
      )
      expect(seen.sequence).toBe(sequence + 40)
    })

    it('take away what is revoked', async () => {
      const held = await redeemCode(world, await obtainCode(world), { key, nonce })
      await world.revoke({ subject: 'user-1' })
      expect((await refresh(world, String(held.body.refresh_token), { key, nonce })).status).toBe(400)
      const other = await redeemCode(world, await obtainCode(world), { key, nonce })
      await world.revoke({ client: 'desktop' })
      expect((await refresh(world, String(other.body.refresh_token), { key, nonce })).status).toBe(400)
    })

    it('count attempts to log in together, of many at once too', async () => {
      const attempt = startAttempt(world)
      const page = await attempt.browser.open(attempt.url)
      const answers = await Promise.all(
        Array.from({ length: 14 }, () => attempt.browser.submit(page, 'login', { name: kind.ledger, password: 'x' })),
      )
      const statuses = answers.map(({ status }) => status)
      expect(statuses.filter((status) => status === 401)).toHaveLength(10)
      expect(statuses.filter((status) => status === 429)).toHaveLength(4)
    })

    it('change their signing key together', async () => {
      const { kid } = await world.rotateKeys()
      const jwks = async () => JSON.stringify(await (await fetch(`${world.issuer}/jwks`)).json())
      // Each request meets the other server.
      await vi.waitFor(async () => {
        for (const _server of ['one', 'other']) expect(await jwks()).toContain(kid)
      }, 4000)
      expect((await world.rotateKeys()).kid).toBe(kid)
      const fresh = await world.rotateKeys({ stolen: true })
      await vi.waitFor(async () => {
        for (const _server of ['one', 'other']) expect(await jwks()).not.toContain(kid)
      }, 4000)
      expect(await jwks()).toContain(fresh.kid)
    })

    it('are ready, and give a token', async () => {
      await world.probe()
      expect((await requestAgentToken(world)).status).toBe(200)
    })
  },
)

describe('two servers whose Redis forgets', () => {
  it('lose no session, and take nothing again', async () => {
    const ledger = await createRedisLedger(redis.url)
    const world = await startPostgresWorld(postgres, { options: { ledger } })
    const key = await makeKey()
    const nonce = await fetchNonce(world)
    const held = await redeemCode(world, await obtainCode(world), { key, nonce })
    const DPoP = await makeTokenProof(world.issuer, key, { nonce })
    const used = { refresh_token: String(held.body.refresh_token), grant_type: 'refresh_token', client_id: 'desktop' }
    const next = await postToken(world.issuer, used, { DPoP })
    expect(next.status).toBe(200)
    await redis.command('FLUSHALL')
    await vi.waitFor(async () => {
      const replayed = await postToken(world.issuer, used, { DPoP })
      expect(replayed.body.error).toBe('use_dpop_nonce')
    }, 10_000)
    const exchange = { key, nonce: await fetchNonce(world) }
    expect((await refresh(world, String(next.body.refresh_token), exchange)).status).toBe(200)
    expect(world.log).toContainEqual(expect.objectContaining({ type: 'store_epoch' }))
    await world.close()
    await ledger.close()
  })
})
