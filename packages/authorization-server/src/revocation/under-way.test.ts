import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { logIn, obtainCode, redeemCode, refresh, startAttempt } from '../../testing/code-flow.ts'
import { exchange, ownToken, startExchangeWorld } from '../../testing/token-exchange.ts'
import { fetchNonce } from '../../testing/token-request.ts'
import { type KeyPair, makeKey, startWorld, USER, type World } from '../../testing/world.ts'
import type { StorageAdapter } from '../store/adapter.ts'
import type { Payload } from '../store/artefact-store.ts'
import { createRevocations } from './revocations.ts'

/** What happens, once, before the store is given a thing of the named kind: as on a store that takes its time. */
const pending = new Map<string, () => Promise<void>>()
const slow = (adapter: StorageAdapter): StorageAdapter => ({
  ...adapter,
  async upsert(id: string, payload: Payload, expiresIn?: number) {
    const meanwhile = pending.get(String(payload.kind))
    pending.delete(String(payload.kind))
    await meanwhile?.()
    await adapter.upsert(id, payload, expiresIn)
  },
})
/** What is issued from here on bears a later date than the revocation. */
const later = (revoke: Promise<void>) =>
  revoke.then(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3000 }))

describe('a revocation, and requests of a person that were under way', () => {
  let world: World
  let key: KeyPair
  let nonce: string
  beforeEach(async () => {
    world = await startWorld({ wrapAdapter: slow })
    key = await makeKey()
    nonce = await fetchNonce(world)
  })
  afterEach(async () => {
    vi.useRealTimers()
    pending.clear()
    await world.close()
  })

  it('ends the session for good that one of them had read before', async () => {
    const { browser, url } = startAttempt(world)
    await logIn({ browser, url, verifier: '' })
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3000 })
    pending.set('Session', () => world.revoke({ subject: USER.subject }))
    await browser.open(startAttempt(world).url)
    expect(pending.size).toBe(0)
    expect((await browser.open(startAttempt(world).url)).text).toContain('name="password"')
  })

  it('lets them in again at once', async () => {
    await world.revoke({ subject: USER.subject })
    expect((await obtainCode(world)).code).not.toBe('')
  })

  it.each([{ subject: USER.subject }, { client: 'desktop' }])(
    'gives no token for a refresh token: %o',
    async (what) => {
      const { body } = await redeemCode(world, await obtainCode(world), { key, nonce })
      pending.set('RefreshToken', () => later(world.revoke(what)))
      const late = await refresh(world, String(body.refresh_token), { key, nonce })
      expect(pending.size).toBe(0)
      expect(late).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    },
  )
})

describe('a revocation, and an exchange that was under way', () => {
  it('gives no token for one that has fallen meanwhile', async () => {
    const revoking: { meanwhile?: (() => Promise<void>) | undefined } = {}
    const scene = await startExchangeWorld({
      wrapAdapter: (adapter) => adapter,
      configure: (configuration) => ({
        ...configuration,
        async extraTokenClaims(ctx, token) {
          await revoking.meanwhile?.()
          return configuration.extraTokenClaims(ctx, token)
        },
      }),
    })
    try {
      const token = await ownToken(scene.world, scene.orchestrator)
      revoking.meanwhile = () => later(scene.world.revoke({ client: 'orchestrator' }))
      const late = await exchange(scene.world, scene.orchestrator, token)
      expect(late).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    } finally {
      vi.useRealTimers()
      await scene.world.close()
    }
  })
})

describe('a revocation that the store takes its time to keep', () => {
  it.each(['client', 'subject'] as const)('covers what was issued until it was kept: %s', async (kind) => {
    let time = 100.5
    const listed: number[] = []
    const revocations = createRevocations({
      issuer: 'https://auth.example',
      store: {
        async revoke(_revoked, { before }) {
          time += listed.length === 0 ? 3 : 0
          listed.push(before)
        },
        covers: async () => false,
        read: () => Promise.reject(new Error('is not read')),
      },
      verifier: (await import('@countersign/core/node')).createFastVerifier(),
      now: () => time,
      log: () => {},
      onRevoked: () => {},
    })
    await revocations[kind]('somebody')
    expect(Math.max(...listed)).toBeGreaterThanOrEqual(Math.floor(time))
  })
})
