import { createLocalSigner, makeSecurityEvent } from '@countersign/attestation/issue'
import { createTrust } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import { exportJWK } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ATTESTER, type Attester, makeAttester } from '../../testing/attestation.ts'
import { createTestChannel, type TestChannel } from '../../testing/channel.ts'
import { readFeed } from '../../testing/token-inquiry.ts'
import { NOTES, startWorld, type World } from '../../testing/world.ts'
import { hearSecurityEvents } from './channel.ts'

let world: World
let channel: TestChannel
let attester: Attester
beforeEach(async () => {
  channel = createTestChannel()
  attester = await makeAttester()
  world = await startWorld({ options: { channel, trust: attester.trust } })
})
afterEach(() => world.close())

async function makeEvent(audience: string): Promise<string> {
  const signer = await createLocalSigner(await exportJWK(attester.key.privateKey), 'k1')
  const issuedAt = Math.floor(Date.now() / 1000)
  return makeSecurityEvent(signer, { issuer: ATTESTER, audience, issuedAt, keyThumbprint: attester.thumbprint })
}
const push = (body: string) =>
  fetch(`${world.issuer}/security-events`, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/secevent+jwt' },
  })

describe('a revocation', () => {
  it('is told of at once, and stands in the feed by then', async () => {
    const seen: Promise<number>[] = []
    channel.subscribe('revocations', (issuer) =>
      seen.push(readFeed({ ...world, issuer }).then((f) => f.entries.length)),
    )
    await world.revoke({ client: 'agent' })
    expect(channel.published).toEqual([['revocations', world.issuer]])
    expect(await Promise.all(seen)).toEqual([1])
  })

  it('is told of once with others of that time', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, id) => world.revoke({ token: `${id}` })))
    expect(channel.published.length).toBeGreaterThan(0)
    expect(channel.published.length).toBeLessThan(50)
  })

  it('stands also where nobody can be told, and later ones are told of', async () => {
    channel.isDown = true
    await world.revoke({ client: 'agent' })
    expect((await readFeed(world)).entries).toHaveLength(1)
    await vi.waitFor(() => expect(world.log).toContainEqual(expect.objectContaining({ type: 'server_error' })))
    channel.isDown = false
    await world.revoke({ client: 'desktop' })
    expect(channel.published).toHaveLength(1)
  })
})

describe('a security event', () => {
  it('that one server took is passed on, and taken by the others', async () => {
    const lines = [{ issuer: ATTESTER, keys: { keys: [{ ...attester.key.publicJwk, kid: 'k1' }] } }] as const
    const trust = createTrust([{ ...lines[0], level: 'provider', providers: ['anthropic'] }], {
      verifier: createFastVerifier(),
    })
    const other = await startWorld({ options: { channel, trust, issuer: world.issuer } })
    const event = await makeEvent(world.issuer)
    expect((await push(event)).status).toBe(202)
    expect(channel.published).toContainEqual(['security-events', event])
    await vi.waitFor(async () => expect((await readFeed(other)).entries).toHaveLength(1))
    await other.close()
  })

  it('that a guard took, for its own resource, counts here too', async () => {
    await channel.publish('security-events', await makeEvent(NOTES))
    await vi.waitFor(async () => expect((await readFeed(world)).entries).toHaveLength(1))
  })

  it('that nobody may have sent counts for nothing, wherever it comes from', async () => {
    for (const message of [await makeEvent('https://other.example'), 'nonsense', '']) {
      await channel.publish('security-events', message)
      expect((await push(message)).status).toBe(400)
    }
    expect((await readFeed(world)).entries).toEqual([])
    expect(channel.published).toHaveLength(3)
  })

  it('is judged with a few others at most, however many somebody makes up, while keys are being fetched', async () => {
    const heard: string[] = []
    const receive = (event: string) => {
      heard.push(event)
      return new Promise<never>(() => undefined)
    }
    hearSecurityEvents(channel, { trust: { ...attester.trust, receive }, audiences: [NOTES], log: () => {} })
    for (let number = 0; number < 1000; number++) await channel.publish('security-events', `event ${number}`)
    expect(heard.length).toBeGreaterThan(0)
    expect(heard.length).toBeLessThanOrEqual(32)
  })

  it('is heard by no server that was closed', async () => {
    const event = await makeEvent(NOTES)
    await world.restart()
    await world.restart(() => void channel.publish('security-events', event))
    expect((await readFeed(world)).entries).toEqual([])
  })
})
