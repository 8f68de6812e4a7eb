import { createTrust, type TrustEntry } from '@countersign/attestation/trust'
import { createAttestationVerifier } from '@countersign/attestation/verify'
import { createFastVerifier } from '@countersign/core/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  attestHonestly,
  DAY,
  HOUR,
  ISSUER,
  instance,
  makeWorld,
  RESOURCE,
  root,
} from './testing/issuer.test-fixture.ts'

let world: ReturnType<typeof makeWorld>
let server: Awaited<ReturnType<typeof world.open>>
beforeEach(() => {
  world = makeWorld()
})
afterEach(async () => {
  await server.close()
  world.remove()
})

/** Somebody who trusts this issuer, and fetches its keys from it. */
function makeGuard(keys: TrustEntry['keys']) {
  const verifier = createFastVerifier()
  const clock = () => world.time.now
  const fetched: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init)
    fetched.push(new URL(request.url).pathname)
    return server.fetch(request)
  }
  const line = { issuer: ISSUER, keys, level: 'provider', providers: ['example'] } as const
  const trust = createTrust([line], { verifier, clock, fetch })
  const attestations = createAttestationVerifier({ verifier, clock, trust })
  const judge = async (attestation: unknown) => {
    const expected = { proofThumbprint: instance.keyId, clientId: 'assistant', audience: RESOURCE }
    const result = await attestations.verify(String(attestation), expected)
    return result.ok ? 'accepted' : [result.rejection.code, result.rejection.reason].join(' ')
  }
  return { trust, judge, fetched }
}

const issue = async () => (await attestHonestly(server, world.time.now, RESOURCE)).body.attestation
const activeKey = () => server.keys().find(({ state }) => state === 'active')?.keyId ?? ''
const bundle = { bundle: { url: `${ISSUER}/keys.jwt`, root: root.publicJwk } }

describe('whoever trusts an issuer by its root', () => {
  beforeEach(async () => {
    server = await world.open({ root })
  })

  it('accepts what it issues, before and after its keys have changed', async () => {
    const { trust, judge } = makeGuard(bundle)
    expect(await judge(await issue())).toBe('accepted')
    await server.rotate()
    world.time.now += HOUR
    await server.tend()
    await trust.invalidate()
    expect(await judge(await issue())).toBe('accepted')
    world.time.now += 89 * DAY
    await server.tend()
    await trust.invalidate()
    expect(await judge(await issue())).toBe('accepted')
    trust.close()
  })

  it('believes a revoked key no more as soon as it is told, without another fetch', async () => {
    const { trust, judge, fetched } = makeGuard(bundle)
    const attestation = await issue()
    expect(await judge(attestation)).toBe('accepted')
    const stolen = activeKey()
    await server.revoke(stolen, 'key_compromise')
    expect(await judge(attestation)).toBe('accepted')
    expect(await trust.receive(await server.securityEvent(stolen, RESOURCE), RESOURCE)).toMatchObject({ ok: true })
    expect(await judge(attestation)).toBe('attestation_invalid key_revoked')
    expect(fetched).toEqual(['/keys.jwt'])
    trust.close()
  })

  it('learns of a revoked key from the next bundle, too', async () => {
    const { trust, judge } = makeGuard(bundle)
    const attestation = await issue()
    expect(await judge(attestation)).toBe('accepted')
    await server.revoke(activeKey(), 'key_compromise')
    await trust.invalidate()
    expect(await judge(attestation)).toBe('attestation_invalid key_revoked')
    expect(await judge(await issue())).toBe('accepted')
    trust.close()
  })
})

describe('whoever trusts an issuer by its key set alone', () => {
  it('takes the word of a stolen key about itself', async () => {
    server = await world.open()
    const { trust, judge } = makeGuard({ jwksUri: `${ISSUER}/jwks.json` })
    const attestation = await issue()
    expect(await judge(attestation)).toBe('accepted')
    const stolen = activeKey()
    await server.revoke(stolen, 'key_compromise')
    expect(await trust.receive(await server.securityEvent(stolen, RESOURCE), RESOURCE)).toMatchObject({ ok: true })
    expect(await judge(attestation)).toMatch(/^attestation_invalid/)
    trust.close()
  })
})
