import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { createHandler } from '../testing/handler.test-fixture.ts'
import { resource } from '../testing/issuer.test-fixture.ts'
import { createScene } from '../testing/scene.test-fixture.ts'

const app = 'https://app.example'
const scene = await createScene({ origins: [app, 'http://localhost:5173'] })
const server = scene.guard.protect(createHandler())
const corsHeaders = (response: Response) =>
  Object.fromEntries([...response.headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'))

describe('Fetch standard, CORS preflight', () => {
  const preflight = (origin: string) =>
    server.fetch(
      new Request(resource, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } }),
    )

  it('of a configured origin is answered, and needs no token', async () => {
    const response = await preflight(app)
    expect(response.status).toBe(204)
    expect(corsHeaders(response)).toEqual({
      'access-control-allow-origin': app,
      'access-control-allow-methods': 'POST, GET, DELETE',
      'access-control-allow-headers':
        'Authorization, DPoP, OAuth-Client-Attestation, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, Last-Event-ID',
      'access-control-expose-headers': 'WWW-Authenticate, DPoP-Nonce, Mcp-Session-Id, Retry-After',
      'access-control-max-age': '600',
      vary: 'Origin',
    })
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
  })

  it.each([
    'https://evil.example',
    'null',
    'https://app.example.evil.example',
    'http://app.example',
    `${app}:8443`,
    '*',
  ])('of %s is refused, without a header that would let the page on', async (origin) => {
    const response = await preflight(origin)
    expect(response.status).toBe(403)
    expect(corsHeaders(response)).toEqual({})
  })

  it('without an origin is no preflight', async () => {
    const response = await server.fetch(new Request(resource, { method: 'OPTIONS' }))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST, GET, DELETE'])
  })
})

describe('Fetch standard, CORS: what a page may read', () => {
  const exposed = {
    'access-control-allow-origin': app,
    'access-control-expose-headers': 'WWW-Authenticate, DPoP-Nonce, Mcp-Session-Id, Retry-After',
    vary: 'Origin',
  }

  it('is the answer, the challenge and the nonce, when its origin is configured', async () => {
    const good = await server.fetch(await scene.request({ headers: { origin: app } }))
    expect([good.status, corsHeaders(good)]).toEqual([200, exposed])
    const challenged = await server.fetch(new Request(resource, { method: 'POST', headers: { origin: app } }))
    expect([challenged.status, corsHeaders(challenged)]).toEqual([401, exposed])
  })

  it('is nothing otherwise', async () => {
    const foreign = await server.fetch(await scene.request({ headers: { origin: 'https://evil.example' } }))
    expect([foreign.status, corsHeaders(foreign)]).toEqual([403, {}])
    expect(corsHeaders(await server.fetch(await scene.request()))).toEqual({})
  })
})

describe('MCP transports, Security Warning', () => {
  it(`${verifies('MCP-ORIGIN-1')} a call from a foreign origin is refused before its token is looked at`, async () => {
    scene.events.length = 0
    const headers = { origin: 'https://evil.example', authorization: 'DPoP x' }
    const response = await server.fetch(new Request(resource, { method: 'POST', headers }))
    expect(response.status).toBe(403)
    expect(scene.events).toEqual([
      { type: 'refused', code: 'origin_not_allowed', seconds: expect.any(Number), methods: [], tools: [] },
    ])
  })

  it('with no origins configured, no page may call at all', async () => {
    const closed = await createScene()
    const request = await closed.request({ headers: { origin: 'https://notes.example' } })
    expect((await closed.guard.protect(createHandler()).fetch(request)).status).toBe(403)
  })
})
