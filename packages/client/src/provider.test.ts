import { inspect } from 'node:util'
import {
  InsufficientScopeError,
  type OAuthClientProvider,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startServer } from '../testing/http-server.ts'
import { startWorld, toolCall, type World, type WorldSetup } from '../testing/world.ts'
import type { AgentOptions } from './agent.ts'

/** A world whose resource server does without content digests, which the SDK cannot make. */
async function startSdkWorld(setup: WorldSetup = {}): Promise<World> {
  const world = await startWorld(onTestFinished, setup)
  world.notes.contentDigest = false
  return world
}

/** Sends tool calls through the SDK's transport. */
async function connect({ notes, agent }: World, options: Partial<AgentOptions> = {}, url = notes.endpoint) {
  const held = await agent(options)
  const provider = held.provider(notes.endpoint)
  const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider })
  await transport.start()
  const call = (name: string) => transport.send(JSON.parse(String(toolCall(name).body)))
  return { call, provider, thumbprint: held.thumbprint }
}

const scopeOf = async (provider: OAuthClientProvider) => (await provider.tokens())?.scope

describe('the agent as an OAuthClientProvider of the MCP SDK', () => {
  it("calls with a token bound to the agent's own key", async () => {
    const world = await startSdkWorld()
    const { call, provider, thumbprint } = await connect(world)
    await call('read_notes')
    expect(world.notes.calls).toEqual(['read_notes'])
    expect(await provider.tokens()).toMatchObject({ token_type: 'DPoP', scope: 'notes:read' })
    expect((await provider.dpop?.())?.thumbprint).toBe(thumbprint)
  })

  it('signs client assertions for the issuer alone, one for each attempt', async () => {
    const world = await startSdkWorld()
    const { call } = await connect(world)
    await call('read_notes')
    const forms = world.authorization.received.filter(({ method }) => method === 'POST')
    const assertions = forms.map(({ body }) =>
      new URLSearchParams(new TextDecoder().decode(body)).get('client_assertion'),
    )
    expect(new Set(assertions).size).toBe(2)
  })

  it('X15: stops the step-up that the SDK would make with nobody asked', async () => {
    const world = await startSdkWorld()
    const { call, provider } = await connect(world)
    await call('read_notes')
    await expect(call('delete_note')).rejects.toMatchObject({ code: 'approval_refused' })
    expect(world.notes.calls).toEqual(['read_notes'])
    expect(await scopeOf(provider)).toBe('notes:read')
    await call('read_notes')
  })

  it('X15: stops it too when the demand comes as a 401', async () => {
    const world = await startSdkWorld()
    const { call } = await connect(world)
    await call('read_notes')
    world.notes.intercept = ({ url }) =>
      url.pathname === '/mcp'
        ? new Response(null, { status: 401, headers: { 'www-authenticate': 'DPoP scope="notes:delete"' } })
        : undefined
    await expect(call('read_notes')).rejects.toMatchObject({ code: 'approval_refused' })
  })

  it('steps up to what the operator listed, or a person approves', async () => {
    const world = await startSdkWorld()
    const approve = vi.fn(async () => true)
    const { call, provider } = await connect(world, { stepUp: { scopes: ['notes:write'] }, approve })
    await call('read_notes')
    await call('write_note')
    expect(approve).not.toHaveBeenCalled()
    await call('delete_note')
    expect(approve).toHaveBeenCalledExactlyOnceWith({ resource: world.notes.endpoint, scopes: ['notes:delete'] })
    expect(await scopeOf(provider)).toBe('notes:read notes:write notes:delete')
  })

  it('takes a demand for the last scope that a server has for what it is, not for a wish for everything', async () => {
    const world = await startSdkWorld()
    world.notes.metadata = { scopes_supported: ['notes:read', 'notes:delete'] }
    const approve = vi.fn(async () => true)
    const { call, provider } = await connect(world, { approve })
    await call('read_notes')
    await call('delete_note')
    expect(approve).toHaveBeenCalledExactlyOnceWith({ resource: world.notes.endpoint, scopes: ['notes:delete'] })
    expect(await scopeOf(provider)).toBe('notes:read notes:delete')
  })

  it('asks for the one scope that a server has, where its first challenge names it', async () => {
    const world = await startSdkWorld()
    world.notes.metadata = { scopes_supported: ['notes:read'] }
    const { call, provider } = await connect(world)
    await call('read_notes')
    expect(await scopeOf(provider)).toBe('notes:read')
  })

  it('does not ask for all that a server has, as the SDK does without a challenged scope', async () => {
    const world = await startSdkWorld()
    world.notes.initialScope = undefined
    world.notes.metadata = { scopes_supported: ['notes:read', 'notes:write', 'notes:delete'] }
    const { call, provider } = await connect(world)
    await expect(call('delete_note')).rejects.toMatchObject({ code: 'approval_refused' })
    expect(await scopeOf(provider)).toBe('')
  })

  it('asks at first for what its operator said', async () => {
    const world = await startSdkWorld()
    world.notes.initialScope = 'notes:read notes:delete'
    const { call, provider } = await connect(world, { scopes: ['notes:read'] })
    await call('read_notes')
    expect(await scopeOf(provider)).toBe('notes:read')
  })

  it('T3: gives its token to no other server', async () => {
    const world = await startSdkWorld()
    const { call, provider } = await connect(world)
    await call('read_notes')
    const thief = await startServer(() => Response.json({}))
    onTestFinished(thief.close)
    const other = new StreamableHTTPClientTransport(new URL(`${thief.origin}/mcp`), { authProvider: provider })
    await other.start()
    const stolen = other.send(JSON.parse(String(toolCall('read_notes').body)))
    await expect(stolen).rejects.toMatchObject({ code: 'resource_mismatch' })
    expect(thief.received).toEqual([])
  })

  it.each([
    ['a bearer token', { tokenResponse: { token_type: 'Bearer' } }, 'bearer_token_refused'],
    ['more scopes than asked for', { tokenResponse: { scope: 'notes:read notes:delete' } }, 'scope_exceeded'],
    ['a token endpoint on plain http', { metadata: { token_endpoint: 'http://evil.example/' } }, 'insecure_url'],
  ])('refuses %s', async (_name, hostile, code) => {
    const world = await startSdkWorld()
    Object.assign(world.authorization, hostile)
    const { call, provider } = await connect(world)
    await expect(call('read_notes')).rejects.toMatchObject({ code })
    expect(await provider.tokens()).toBeUndefined()
  })

  it('goes to listed issuers only', async () => {
    const world = await startSdkWorld()
    const { call } = await connect(world, { issuers: ['https://auth.example'] })
    await expect(call('read_notes')).rejects.toMatchObject({ code: 'issuer_not_allowed' })
    expect(world.authorization.received.filter(({ method }) => method === 'POST')).toEqual([])
  })

  it('has a person authorize within the call, and renews with the rotated refresh token', async () => {
    const world = await startSdkWorld({ grant: 'authorization_code' })
    const { call } = await connect(world)
    for (let round = 0; round < 3; round += 1) {
      await call('read_notes')
      world.time += 3600
    }
    expect(world.shown).toHaveLength(1)
    expect(world.shown[0]?.searchParams.get('dpop_jkt')).not.toBeNull()
  })

  it('uses a rotating refresh token once, though the SDK renews for each call by itself', async () => {
    const world = await startSdkWorld({ grant: 'authorization_code' })
    const { call } = await connect(world)
    await call('read_notes')
    world.time += 3600
    await Promise.all([call('read_notes'), call('read_notes'), call('read_notes')])
    expect(world.notes.calls).toHaveLength(4)
    expect(world.shown).toHaveLength(1)
  })

  it('does not wait for ever for a token request of which the SDK says nothing more', async () => {
    const world = await startSdkWorld()
    const { call } = await connect(world, { stepUp: { scopes: ['notes:write'] } })
    await call('read_notes')
    world.authorization.intercept = ({ method }) =>
      method === 'POST' ? Response.json({ error: 'invalid_scope' }, { status: 400 }) : undefined
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    await expect(call('write_note')).rejects.toThrow()
    world.authorization.intercept = undefined
    const again = call('write_note')
    await vi.advanceTimersByTimeAsync(10_000)
    await again
    expect(world.notes.calls).toEqual(['read_notes', 'write_note'])
  })

  it('does not renew what was approved for once', async () => {
    const world = await startSdkWorld({ grant: 'authorization_code' })
    const { call, provider } = await connect(world, { approve: async () => true })
    await call('read_notes')
    await call('delete_note')
    for (let round = 0; round < 2; round += 1) {
      world.time += 3600
      await call('read_notes')
      expect(await scopeOf(provider)).toBe('notes:read')
    }
    expect(world.shown).toHaveLength(2)
  })

  it('hands back a 403 to a transport that was told to throw', async () => {
    const world = await startSdkWorld()
    const provider = (await world.agent()).provider(world.notes.endpoint)
    const transport = new StreamableHTTPClientTransport(new URL(world.notes.endpoint), {
      authProvider: provider,
      onInsufficientScope: 'throw',
    })
    await transport.start()
    const call = transport.send(JSON.parse(String(toolCall('delete_note').body)))
    await expect(call).rejects.toBeInstanceOf(InsufficientScopeError)
  })

  it('shows no token when it is printed', async () => {
    const world = await startSdkWorld()
    const { call, provider } = await connect(world)
    await call('read_notes')
    const token = String((await provider.tokens())?.access_token)
    expect(inspect(provider, { showHidden: true, depth: 12 }) + JSON.stringify(provider)).not.toContain(token)
  })
})

describe('agent.fetch below the MCP SDK', () => {
  it('serves a transport without any provider, content digests included', async () => {
    const { notes, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent({ approve: async () => true })
    const transport = new StreamableHTTPClientTransport(new URL(notes.endpoint), { fetch })
    await transport.start()
    await transport.send(JSON.parse(String(toolCall('delete_note').body)))
    expect(notes.calls).toEqual(['delete_note'])
  })

  it('goes on when the fetch that it was given keeps a clone of every response unread', async () => {
    const { notes, agent } = await startWorld(onTestFinished)
    const clones: Response[] = []
    const keeping: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      clones.push(response.clone())
      return response
    }
    await (await agent({ fetch: keeping })).fetch(notes.endpoint, toolCall('read_notes'))
    expect(notes.calls).toEqual(['read_notes'])
  })
})
