import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startWorld, toolCall, type World } from '../testing/world.ts'
import type { AuthorizationServerDescription } from './clients.ts'
import type { ScopeOffer } from './first-scopes.ts'

/** The parameters of the token requests that an authorization server got. */
function tokenRequests({ authorization }: World): URLSearchParams[] {
  return authorization.received
    .filter(({ method }) => method === 'POST')
    .map(({ body }) => new URLSearchParams(new TextDecoder().decode(body)))
}

/** An authorization server to which the client is a stranger. */
function forgetClient({ authorization }: World): void {
  authorization.intercept = ({ method }) =>
    method === 'POST' ? Response.json({ error: 'invalid_client' }, { status: 401 }) : undefined
}

async function startTwo(): Promise<readonly [World, World]> {
  return [await startWorld(onTestFinished), await startWorld(onTestFinished)]
}

describe('MCP, authorization server binding: credentials are good at the issuer that they belong to', () => {
  it('uses them with the first issuer that issued a token, and shows them to no other', async () => {
    const [one, two] = await startTwo()
    const { fetch } = await one.agent()
    expect((await fetch(one.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    const strange = fetch(two.notes.endpoint, toolCall('read_notes'))
    await expect(strange).rejects.toMatchObject({ code: 'issuer_not_allowed' })
    expect(tokenRequests(two)).toEqual([])
  })

  it('is not tied to an issuer that has issued nothing', async () => {
    const [one, two] = await startTwo()
    forgetClient(two)
    const { fetch } = await one.agent()
    const strange = fetch(two.notes.endpoint, toolCall('read_notes'))
    await expect(strange).rejects.toMatchObject({ oauthError: 'invalid_client' })
    expect((await fetch(one.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
  })

  it('uses them with every issuer that the operator listed', async () => {
    const [one, two] = await startTwo()
    forgetClient(two)
    const { fetch } = await one.agent({ issuers: [one.authorization.origin, two.authorization.origin] })
    await fetch(one.notes.endpoint, toolCall('read_notes'))
    const refused = fetch(two.notes.endpoint, toolCall('read_notes'))
    await expect(refused).rejects.toMatchObject({ oauthError: 'invalid_client' })
  })

  it('asks a function once for each issuer, with what that says of itself', async () => {
    const [one, two] = await startTwo()
    const credentials = vi.fn(async ({ issuer }: AuthorizationServerDescription) =>
      issuer === one.authorization.origin ? one.credentials : two.credentials,
    )
    const { fetch } = await one.agent({ credentials })
    for (const { notes } of [one, two, one]) {
      expect((await fetch(notes.endpoint, toolCall('read_notes'))).status).toBe(200)
      expect((await fetch(`${notes.origin}/mcp?again`, toolCall('read_notes'))).status).toBe(200)
    }
    expect(credentials.mock.calls).toEqual(
      [one, two].map(({ authorization: { origin } }) => [
        { issuer: origin, metadata: expect.objectContaining({ issuer: origin, token_endpoint: `${origin}/token` }) },
      ]),
    )
  })

  it('asks a function again that failed', async () => {
    const world = await startWorld(onTestFinished)
    const credentials = vi.fn(async () => world.credentials)
    credentials.mockRejectedValueOnce(new Error('no registration today'))
    const { fetch } = await world.agent({ credentials })
    await expect(fetch(world.notes.endpoint, toolCall('read_notes'))).rejects.toThrow('no registration today')
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
  })

  it('follows a resource to another issuer, where a function knows it, and leaves the old refresh token behind', async () => {
    const grant = 'authorization_code'
    const [one, two] = [await startWorld(onTestFinished, { grant }), await startWorld(onTestFinished, { grant })]
    const { fetch } = await one.agent({
      credentials: async ({ issuer }) => (issuer === one.authorization.origin ? one.credentials : two.credentials),
    })
    await fetch(one.notes.endpoint, toolCall('read_notes'))
    one.notes.metadata = { authorization_servers: [two.authorization.origin] }
    one.notes.intercept = ({ url }) =>
      url.pathname === '/mcp' && two.shown.length === 0
        ? new Response(null, { status: 401, headers: { 'www-authenticate': 'DPoP error="invalid_token"' } })
        : undefined
    await fetch(one.notes.endpoint, toolCall('read_notes'))
    expect(tokenRequests(two).map((form) => form.get('grant_type'))).toEqual([
      'authorization_code',
      'authorization_code',
    ])
  })

  it('gives the SDK the client of the issuer that it found', async () => {
    const world = await startWorld(onTestFinished)
    world.notes.contentDigest = false
    const credentials = vi.fn(async () => world.credentials)
    const authProvider = (await world.agent({ credentials })).provider(world.notes.endpoint)
    const transport = new StreamableHTTPClientTransport(new URL(world.notes.endpoint), { authProvider })
    await transport.start()
    await transport.send(JSON.parse(String(toolCall('read_notes').body)))
    expect(world.notes.calls).toEqual(['read_notes'])
    expect(credentials).toHaveBeenCalledTimes(1)
  })
})

describe('MCP, scope selection strategy: what is asked for at first', () => {
  it.each([
    [
      'agent.fetch',
      async (world: World, scopes: (offer: ScopeOffer) => readonly string[]) => (await world.agent({ scopes })).fetch,
    ],
    [
      'agent.provider',
      async (world: World, scopes: (offer: ScopeOffer) => readonly string[]) => {
        const authProvider = (await world.agent({ scopes })).provider(world.notes.endpoint)
        const transport = new StreamableHTTPClientTransport(new URL(world.notes.endpoint), { authProvider })
        await transport.start()
        return (_url: string, init: RequestInit) => transport.send(JSON.parse(String(init.body)))
      },
    ],
  ])('lets a function choose from what the server offers, through %s', async (_way, send) => {
    const world = await startWorld(onTestFinished)
    world.notes.contentDigest = false
    world.notes.metadata = { scopes_supported: ['notes:read', 'notes:write'] }
    const choose = vi.fn(({ supported }: ScopeOffer) => supported ?? [])
    await (await send(world, choose))(world.notes.endpoint, toolCall('write_note'))
    expect(world.notes.calls).toEqual(['write_note'])
    expect(choose).toHaveBeenCalledExactlyOnceWith({
      resource: world.notes.endpoint,
      challenged: ['notes:read'],
      supported: ['notes:read', 'notes:write'],
    })
  })
})
