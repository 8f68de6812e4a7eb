import type { CapabilityRequest } from '@countersign/capability'
import { decodeJwt } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCapabilityCheck } from '../testing/capability-check.ts'
import { textOf } from '../testing/http-server.ts'
import { startWorld, toolCall, type World } from '../testing/world.ts'
import { createAgent } from './agent.ts'
import type { Delegation } from './delegation/delegation.ts'

const deleteNote = (note_id: number) => toolCall('delete_note', { note_id })

async function delegationWorld() {
  const world = await startWorld(onTestFinished)
  const check = createCapabilityCheck({ object: '/note_id' })
  world.notes.capability = check
  world.authorization.policy.approval = 'none'
  const orchestrator = await world.agent({ scopes: ['notes:read', 'notes:write', 'notes:delete'] })
  const { credentials, workerCredentials, clock } = world
  return {
    world,
    check,
    orchestrator,
    url: world.notes.endpoint,
    /** The worker, or with other credentials whoever got hold of what was delegated. */
    worker: (delegation: Delegation, own = workerCredentials, stepUp = {}, fetch = globalThis.fetch) =>
      createAgent({ credentials: own, clock, delegation, stepUp, fetch }),
    thief: credentials as typeof workerCredentials,
  }
}

/** The claims of the token that the last call went out with. */
function lastClaims({ notes }: World) {
  const [authorization] = notes.received.flatMap(({ headers }) => headers.get('authorization') ?? []).slice(-1)
  return decodeJwt(authorization?.split(' ')[1] ?? '')
}

describe('RFC 8693: an orchestrator delegates to a worker', () => {
  it('scopes that it names, for the client that it names, and the worker acts with them under a key of its own', async () => {
    const { world, orchestrator, worker, url } = await delegationWorld()
    const delegation = await orchestrator.delegate({ url, to: 'worker', scopes: ['notes:read'] })
    expect(decodeJwt(delegation.token)).toMatchObject({
      scope: 'notes:read',
      may_act: { sub: 'worker' },
      cnf: { jkt: orchestrator.thumbprint },
    })
    // As it crosses from one process to another.
    const { fetch, thumbprint } = await worker(JSON.parse(JSON.stringify(delegation)))
    expect((await fetch(url, toolCall('read_notes'))).status).toBe(200)
    expect(lastClaims(world)).toMatchObject({
      client_id: 'worker',
      act: { sub: 'worker', act: { sub: 'agent' } },
      cnf: { jkt: thumbprint },
    })
    expect(lastClaims(world).may_act).toBeUndefined()
    const response = await fetch(url, toolCall('write_note'))
    expect(response.status).toBe(403)
  })

  it('a capability, whose uses the worker shares with it', async () => {
    const { check, orchestrator, worker, url } = await delegationWorld()
    const capabilities = [{ tool: 'delete_note', arguments: { '/note_id': { one_of: [42, 43] } }, uses: 2 }]
    const delegation = await orchestrator.delegate({ url, to: 'worker', capabilities })
    expect(delegation).toMatchObject({ scopes: [], capabilities: [{ uses: 2, locations: [url] }] })
    const { fetch } = await worker(delegation, undefined, { capabilities: ['delete_note'] })
    for (const [note, status] of [[99, 403] as const, [42, 200] as const, [43, 200] as const, [42, 403] as const]) {
      expect((await fetch(url, deleteNote(note))).status).toBe(status)
    }
    expect(check.used.get(delegation.capabilities[0]?.id ?? '')).toBe(2)
  })

  it('and nothing without a name: neither all that it holds nor nothing', async () => {
    const { orchestrator, url } = await delegationWorld()
    await expect(orchestrator.delegate({ url, to: 'worker' })).rejects.toMatchObject({ code: 'misconfigured' })
    const capabilities = [{ tool: 'delete_note', arguments: {}, uses: 0 }]
    await expect(orchestrator.delegate({ url, to: 'worker', capabilities })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('uses'),
    })
  })

  it.each([
    ['a scope that it does not hold', 'worker', ['notes:admin'], 'invalid_scope'],
    ['to a client that it may not delegate to', 'stranger', ['notes:read'], 'invalid_request'],
  ])('but not %s', async (_name, to, scopes, oauthError) => {
    const { orchestrator, url } = await delegationWorld()
    await expect(orchestrator.delegate({ url, to, scopes })).rejects.toMatchObject({
      code: 'delegation_unfit',
      oauthError,
    })
  })

  it('but takes no wider or other answer for it', async () => {
    const { world, orchestrator, url } = await delegationWorld()
    await orchestrator.fetch(url, toolCall('read_notes'))
    const request = { url, to: 'worker', scopes: ['notes:read'] }
    world.authorization.tokenResponse = { scope: 'notes:read notes:write' }
    await expect(orchestrator.delegate(request)).rejects.toMatchObject({ code: 'scope_exceeded' })
    world.authorization.tokenResponse = { issued_token_type: 'urn:ietf:params:oauth:token-type:jwt' }
    await expect(orchestrator.delegate(request)).rejects.toMatchObject({ code: 'token_response_invalid' })
    const [held] = world.notes.received.flatMap(({ headers }) => headers.get('authorization') ?? []).slice(-1)
    world.authorization.tokenResponse = { access_token: held?.split(' ')[1] }
    await expect(orchestrator.delegate(request)).rejects.toMatchObject({ code: 'delegation_unfit' })
    world.authorization.tokenResponse = { authorization_details: undefined }
    const capabilities = [{ tool: 'delete_note', arguments: { '/note_id': { equals: 42 } } }]
    await expect(orchestrator.delegate({ url, to: 'worker', capabilities })).rejects.toMatchObject({
      code: 'delegation_unfit',
    })
  })

  it('not where tokens are not exchanged', async () => {
    const { world, orchestrator, url } = await delegationWorld()
    world.authorization.metadata = { grant_types_supported: undefined }
    await expect(orchestrator.delegate({ url, to: 'worker', scopes: ['notes:read'] })).rejects.toMatchObject({
      code: 'delegation_unfit',
    })
  })
})

describe('X14: what was delegated', () => {
  it('is worth nothing to a client that it does not name, such as its own under another key', async () => {
    const { orchestrator, worker, thief, url } = await delegationWorld()
    const delegation = await orchestrator.delegate({ url, to: 'worker', scopes: ['notes:read'] })
    const { fetch } = await worker(delegation, thief)
    await expect(fetch(url, toolCall('read_notes'))).rejects.toMatchObject({ oauthError: 'invalid_grant' })
  })

  it('is worth something to the one that it names', async () => {
    const { orchestrator, worker, url } = await delegationWorld()
    const delegation = await orchestrator.delegate({ url, to: 'worker', scopes: ['notes:read'] })
    expect((await (await worker(delegation)).fetch(url, toolCall('read_notes'))).status).toBe(200)
  })

  it('is never topped up by what the worker may do itself, nor by a person', async () => {
    const { world, orchestrator, url } = await delegationWorld()
    const delegation = await orchestrator.delegate({ url, to: 'worker', scopes: ['notes:read'] })
    const { workerCredentials: credentials, clock } = world
    const approve = vi.fn(async () => true)
    const stepUp = { scopes: ['notes:write'], capabilities: ['delete_note'] }
    const { fetch } = await createAgent({ credentials, clock, delegation, approve, stepUp })
    for (const call of [toolCall('write_note'), deleteNote(42)]) expect((await fetch(url, call)).status).toBe(403)
    expect(approve).not.toHaveBeenCalled()
    const workers = world.authorization.received.flatMap((request) => {
      const form = new URLSearchParams(textOf(request))
      return form.get('client_id') === 'worker' ? form.getAll('grant_type') : []
    })
    expect(new Set(workers)).toEqual(new Set(['urn:ietf:params:oauth:grant-type:token-exchange']))
  })

  it('ends with the token that it was cut from', async () => {
    const { world, orchestrator, worker, url } = await delegationWorld()
    const delegation = await orchestrator.delegate({ url, to: 'worker', scopes: ['notes:read'] })
    const { fetch } = await worker(delegation)
    await fetch(url, toolCall('read_notes'))
    world.time += 300
    await expect(fetch(url, toolCall('read_notes'))).rejects.toMatchObject({ oauthError: 'invalid_grant' })
  })

  it('is for the one server and its authorization server: it is shown to no other', async () => {
    const { orchestrator, worker, url } = await delegationWorld()
    const other = await startWorld(onTestFinished)
    const delegation = await orchestrator.delegate({ url, to: 'worker', scopes: ['notes:read'] })
    const { fetch } = await worker(delegation)
    await expect(fetch(other.notes.endpoint, toolCall('read_notes'))).rejects.toMatchObject({
      code: 'issuer_not_allowed',
    })
    const elsewhere = await worker({ ...delegation, resource: `${url}/other` })
    await expect(elsewhere.fetch(url, toolCall('read_notes'))).rejects.toMatchObject({ code: 'delegation_unfit' })
    const sent = other.authorization.received.map(textOf).join()
    expect(sent).not.toContain(delegation.token)
  })

  it('does not point the worker at the machine that it runs on', async () => {
    const { worker } = await delegationWorld()
    const issuer = 'http://127.0.0.1:9'
    const resource = 'https://notes.example/mcp'
    const asked: string[] = []
    const fetch = async (input: string | URL | Request) => {
      asked.push(String(input))
      const isMetadata = String(input).includes('/.well-known/')
      return isMetadata
        ? Response.json({ resource, authorization_servers: [issuer] })
        : new Response('', { status: 401 })
    }
    const delegation = { issuer, resource, token: 'token', scopes: ['notes:read'], capabilities: [] }
    const agent = await worker(delegation, undefined, undefined, fetch)
    await expect(agent.fetch(resource, toolCall('read_notes'))).rejects.toMatchObject({ code: 'insecure_url' })
    expect(asked.filter((url) => url.startsWith(issuer))).toEqual([])
  })

  it('brings the worker no capability that was not delegated', async () => {
    const { world, orchestrator, worker, url } = await delegationWorld()
    const delegation = await orchestrator.delegate({ url, to: 'worker', scopes: ['notes:read'] })
    const entry: Omit<CapabilityRequest, 'seconds'> & { id: string; expires: number } = {
      type: 'mcp_tool',
      id: `${'a'.repeat(21)}A`,
      locations: [url],
      tool: 'delete_note',
      arguments: { '/note_id': { equals: 42 } },
      uses: 1,
      expires: world.time + 60,
    }
    world.authorization.tokenResponse = { authorization_details: [entry] }
    const { fetch } = await worker(delegation)
    await expect(fetch(url, toolCall('read_notes'))).rejects.toMatchObject({ code: 'capability_exceeded' })
  })

  it.each([
    ['is none', null],
    ['has no token', { token: undefined }],
    ['has a token that is two headers', { token: 'a\r\nb: c' }],
    ['has scopes that are none', { scopes: ['a b"'] }],
    ['has a capability that is none', { capabilities: [{ type: 'mcp_tool' }] }],
  ])('is refused at the start when it %s', async (_name, members) => {
    const { orchestrator, worker, url } = await delegationWorld()
    const delegation = await orchestrator.delegate({ url, to: 'worker', scopes: ['notes:read'] })
    const broken = members === null ? null : { ...delegation, ...members }
    await expect(worker(broken as unknown as Delegation)).rejects.toMatchObject({ code: 'misconfigured' })
  })

  it('is nothing for hosts that take only a provider', async () => {
    const { orchestrator, worker, url } = await delegationWorld()
    const agent = await worker(await orchestrator.delegate({ url, to: 'worker', scopes: ['notes:read'] }))
    expect(() => agent.provider(url)).toThrow('delegation')
  })
})
