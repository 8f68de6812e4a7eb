import { copyFileSync, rmSync } from 'node:fs'
import { createFastVerifier } from '@countersign/core/node'
import { revocationKey } from '@countersign/core/wire'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { obtainCode, redeemCode, refresh } from '../../testing/code-flow.ts'
import { readFeed } from '../../testing/token-inquiry.ts'
import { assertionForm, fetchNonce, makeTokenProof, postToken, requestAgentToken } from '../../testing/token-request.ts'
import { type KeyPair, makeKey, startWorld, type World } from '../../testing/world.ts'

let world: World
let key: KeyPair
let nonce: string
beforeEach(async () => {
  world = await startWorld()
  key = await makeKey()
  nonce = await fetchNonce(world)
})
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
})

const later = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
const copy = () => copyFileSync(world.database, `${world.database}.copy`)
const restore = () => copyFileSync(`${world.database}.copy`, world.database)

describe('a database that was put back from a copy', () => {
  it('accepts nothing again that was used since', async () => {
    const code = await obtainCode(world)
    const tokens = await redeemCode(world, await obtainCode(world), { key, nonce })
    await world.restart(copy)
    const assertion = await assertionForm(world.issuer, 'agent', world.agentKey)
    const proof = await makeTokenProof(world.issuer, world.agentKey, { nonce })
    expect((await postToken(world.issuer, assertion, { DPoP: proof })).status).toBe(200)
    expect((await redeemCode(world, code, { key, nonce })).status).toBe(200)
    const second = await refresh(world, String(tokens.body.refresh_token), { key, nonce })
    expect(second.status).toBe(200)
    const { epoch } = await readFeed(world)
    await world.restart(restore)

    expect(world.log).toContainEqual({ type: 'memory_lost' })
    later(11)
    const freshNonce = await fetchNonce(world)
    const freshProof = () => makeTokenProof(world.issuer, world.agentKey, { nonce: freshNonce })
    expect(await postToken(world.issuer, assertion, { DPoP: await freshProof() })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    })
    const freshAssertion = await assertionForm(world.issuer, 'agent', world.agentKey)
    expect(await postToken(world.issuer, freshAssertion, { DPoP: proof })).toMatchObject({
      body: { error: 'use_dpop_nonce' },
    })
    for (const used of [tokens, second]) {
      const again = await refresh(world, String(used.body.refresh_token), { key, nonce: freshNonce })
      expect(again.body.error).toBe('invalid_grant')
    }
    expect((await redeemCode(world, code, { key, nonce: freshNonce })).body.error).toBe('invalid_grant')

    expect((await requestAgentToken(world)).status).toBe(200)
    expect((await redeemCode(world, await obtainCode(world), { key, nonce: freshNonce })).status).toBe(200)
    expect((await readFeed(world)).epoch).not.toBe(epoch)
  })

  it('revokes the access tokens of all clients: those revoked since the copy are forgotten', async () => {
    await world.restart(copy)
    await world.revoke({ subject: 'user-1' })
    await world.restart(restore)
    const { entries } = await readFeed(world)
    const clients = ['agent', 'ed-agent', 'bearer-agent', 'desktop']
    const keys = clients.map((clientId) => revocationKey(createFastVerifier(), 'client', world.issuer, clientId))
    expect(entries.map((entry) => entry.key)).toEqual(await Promise.all(keys))
  })

  it('is told by its marker, also to a person who deleted it', async () => {
    const { epoch } = await readFeed(world)
    await world.restart()
    expect((await readFeed(world)).epoch).toBe(epoch)
    await world.restart(() => rmSync(`${world.database}.epoch`))
    expect((await readFeed(world)).epoch).not.toBe(epoch)
  })
})

describe('a new database', () => {
  it('takes what was signed just before it was made', async () => {
    expect(world.log).not.toContainEqual({ type: 'memory_lost' })
    const form = await assertionForm(
      world.issuer,
      'agent',
      world.agentKey,
      {},
      { iat: Math.floor(Date.now() / 1000) - 30 },
    )
    const DPoP = await makeTokenProof(world.issuer, world.agentKey, { nonce })
    expect((await postToken(world.issuer, form, { DPoP })).status).toBe(200)
    expect((await readFeed(world)).entries).toEqual([])
  })
})
