import { inspect } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import { startWorld, toolCall } from '../testing/world.ts'

describe('RFC 9449 §7: a protected resource is called with a bound token and a proof', () => {
  it(`${verifies('RFC9449-7.1-1')} gets a token for the challenge and calls with a proof over method, URL, token and content`, async () => {
    const { notes, authorization, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent()
    const response = await fetch(notes.endpoint, toolCall('read_notes'))
    expect(await response.json()).toMatchObject({ result: { tool: 'read_notes' } })
    // Without a token; then use_dpop_nonce was spared, as the 401 brought the nonce.
    expect(notes.received.filter(({ url }) => url.pathname === '/mcp')).toHaveLength(2)
    const tokenRequests = authorization.received.filter(({ url }) => url.pathname === '/token')
    expect(tokenRequests).toHaveLength(2)
  })

  it.each([
    ['a string', '{"text":"ü"}'],
    ['octets', new Uint8Array([0, 255, 13, 10])],
    ['a buffer', new Uint8Array([1, 2, 3]).buffer],
    ['a form', new URLSearchParams({ a: 'b c' })],
    ['a blob', new Blob(['blob'])],
    ['a stream', new Blob(['stream']).stream()],
    ['nothing', null],
    ['an empty string', ''],
  ])('covers the exact octets of %s', async (_name, body) => {
    const { notes, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent()
    const response = await fetch(notes.endpoint, { method: 'POST', body })
    expect(response.status).toBe(200)
  })

  it('signs with Ed25519 when told so', async () => {
    const { notes, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent({ proofKey: { algorithm: 'Ed25519' } })
    expect((await fetch(notes.endpoint, toolCall('read_notes'))).status).toBe(200)
  })

  it('takes a Request object, and opens event streams with GET', async () => {
    const { notes, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent()
    expect((await fetch(new Request(notes.endpoint, toolCall('read_notes')))).status).toBe(200)
    expect((await fetch(new URL(notes.endpoint))).status).toBe(200)
  })

  it('leaves a server alone that asks for nothing', async () => {
    const { notes, agent } = await startWorld(onTestFinished)
    notes.intercept = () => Response.json({ open: true })
    const { fetch } = await agent()
    const response = await fetch(notes.endpoint, toolCall('read_notes'))
    expect(await response.json()).toEqual({ open: true })
    expect(notes.received).toHaveLength(1)
    expect(notes.received[0]?.headers.has('authorization')).toBe(false)
  })

  it('lets concurrent calls share one token request', async () => {
    const { notes, authorization, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent()
    const calls = Array.from({ length: 8 }, () => fetch(notes.endpoint, toolCall('read_notes')))
    const statuses = (await Promise.all(calls)).map(({ status }) => status)
    expect(statuses).toEqual(Array(8).fill(200))
    expect(authorization.received.filter(({ url }) => url.pathname === '/token')).toHaveLength(2)
  })

  it('renews a token before it ends', async () => {
    const world = await startWorld(onTestFinished, { lifetime: 300 })
    const { fetch } = await world.agent()
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    world.time += 295
    const before = world.notes.received.length
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    expect(world.notes.received).toHaveLength(before + 1)
  })

  it('gets one fresh token when the server refuses the one it holds', async () => {
    const world = await startWorld(onTestFinished)
    const { fetch } = await world.agent()
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    let refusals = 1
    world.notes.intercept = () =>
      refusals-- > 0
        ? new Response(null, { status: 401, headers: { 'www-authenticate': 'DPoP error="invalid_token"' } })
        : undefined
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
  })

  it(`${verifies('RFC9449-8.2-1')} answers a new nonce with a new proof, and uses the newest`, async () => {
    const { notes, authorization, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent()
    await fetch(notes.endpoint, toolCall('read_notes'))
    notes.nonce = 'rs-nonce-2'
    authorization.nonce = 'as-nonce-2'
    expect((await fetch(notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    await fetch(notes.endpoint, toolCall('read_notes'))
    expect(notes.received.filter(({ url }) => url.pathname === '/mcp')).toHaveLength(5)
  })

  it('shows neither token nor key to whoever holds the agent or a response', async () => {
    const { notes, credentials, agent } = await startWorld(onTestFinished)
    const held = await agent()
    const response = await held.fetch(notes.endpoint, toolCall('read_notes'))
    const [, authorized] = notes.received.filter(({ url }) => url.pathname === '/mcp')
    const [, token = ''] = (authorized?.headers.get('authorization') ?? '').split(' ')
    const proof = authorized?.headers.get('dpop') ?? ''
    const seen = [held, held.provider(notes.endpoint), response].map((thing) =>
      [inspect(thing, { showHidden: true, depth: 12 }), JSON.stringify(thing)].join(),
    )
    expect(token.length).toBeGreaterThan(100)
    for (const secret of [token, proof, 'privateJwk' in credentials ? String(credentials.privateJwk?.d) : '-']) {
      expect(secret.length).toBeGreaterThan(20)
      for (const text of seen) expect(text).not.toContain(secret)
    }
    expect(Object.keys(held)).toEqual(['fetch', 'delegate', 'provider', 'thumbprint'])
  })
})
