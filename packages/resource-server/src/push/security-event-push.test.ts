import { createLocalSigner, generateSigningJwk, makeSecurityEvent } from '@countersign/attestation/issue'
import { createTrust, type Trust } from '@countersign/attestation/trust'
import { thumbprintInput } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { callWith } from '../testing/attested-call.test-fixture.ts'
import { claimAgent, createAttester } from '../testing/attester.test-fixture.ts'
import { createTestChannel, type TestChannel } from '../testing/channel.test-fixture.ts'
import { createHandler } from '../testing/handler.test-fixture.ts'
import { resource, start } from '../testing/issuer.test-fixture.ts'
import { createScene, type Scene } from '../testing/scene.test-fixture.ts'
import { followChannel } from './follow-channel.ts'

const attester = await createAttester()
const signer = await createLocalSigner(await generateSigningJwk('Ed25519'), 'attest-1')
const verifier = createFastVerifier()
const keyThumbprint = await verifier.digest(thumbprintInput(signer.publicJwk))
const reportTo = (audience: string) =>
  makeSecurityEvent(signer, { issuer: attester.issuer, audience, issuedAt: start, keyThumbprint })

/** A process with a trust list of its own. */
async function startProcess(channel?: TestChannel): Promise<Scene> {
  const keys = { keys: [{ ...signer.publicJwk, kid: 'attest-1' }] }
  const trust = createTrust([attester.line({ keys })], { verifier, clock: () => start })
  return createScene({ trust, securityEvents: '/security-events', ...(channel !== undefined && { channel }) })
}

async function push({ guard }: Scene, body: string): Promise<number> {
  const url = new URL('/security-events', resource)
  const headers = { 'content-type': 'application/secevent+jwt' }
  const response = await guard.protect(createHandler()).fetch(new Request(url, { method: 'POST', headers, body }))
  return response.status
}

/** Calls with a token that was issued on the word of the key. */
async function callOn(scene: Scene): Promise<unknown> {
  const agent = claimAgent(attester, scene.agent, { key: keyThumbprint })
  return callWith(scene, { token: await scene.token({ agent }) })
}

describe('word of a stolen key that one process has taken', () => {
  it('is not heard by the others, where nobody tells them', async () => {
    const [one, other] = [await startProcess(), await startProcess()]
    expect(await push(one, await reportTo(resource))).toBe(202)
    expect(await callOn(one)).toBe('invalid_token revoked')
    expect(await callOn(other)).toHaveProperty('agent')
  })

  it('takes the key out of trust in all, where there is a channel', async () => {
    const channel = createTestChannel()
    const [one, other] = [await startProcess(channel), await startProcess(channel)]
    const event = await reportTo(resource)
    expect(await push(one, event)).toBe(202)
    expect(channel.published).toEqual([['security-events', event]])
    for (const scene of [one, other]) await expect.poll(() => callOn(scene)).toBe('invalid_token revoked')
  })

  it('counts also when the authorization server was told', async () => {
    const channel = createTestChannel()
    const scene = await startProcess(channel)
    await channel.publish('security-events', await reportTo('https://auth.example'))
    await expect.poll(() => callOn(scene)).toBe('invalid_token revoked')
  })

  it('is taken while the channel is down', async () => {
    const channel = createTestChannel()
    const scene = await startProcess(channel)
    channel.isDown = true
    expect(await push(scene, await reportTo(resource))).toBe(202)
    expect(await callOn(scene)).toBe('invalid_token revoked')
  })

  it('is judged a few at a time, however many somebody makes up, while keys are being fetched', async () => {
    const channel = createTestChannel()
    const keys = { keys: [{ ...signer.publicJwk, kid: 'attest-1' }] }
    const heard: string[] = []
    const trust: Trust = {
      ...createTrust([attester.line({ keys })], { verifier, clock: () => start }),
      receive(event) {
        heard.push(event)
        return new Promise(() => undefined)
      },
    }
    followChannel(channel, { issuers: new Map(), trust, resource })
    for (let number = 0; number < 1000; number++) await channel.publish('security-events', `event ${number}`)
    expect(heard.length).toBeLessThanOrEqual(32)
  })

  it('is not passed on, nor believed, when it is none', async () => {
    const channel = createTestChannel()
    const scene = await startProcess(channel)
    const forged = await createLocalSigner(await generateSigningJwk('Ed25519'), 'attest-1')
    const report = { issuer: attester.issuer, audience: resource, issuedAt: start, keyThumbprint }
    const events = ['', 'x', await makeSecurityEvent(forged, report), await reportTo('https://evil.example')]
    for (const event of events) {
      expect(await push(scene, event)).toBe(400)
      expect(channel.published).toEqual([])
      await channel.publish('security-events', event)
      channel.published.length = 0
    }
    expect(await callOn(scene)).toHaveProperty('agent')
  })
})
