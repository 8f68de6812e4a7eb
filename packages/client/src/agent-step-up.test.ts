import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startWorld, toolCall } from '../testing/world.ts'
import type { ApprovalRequest } from './step-up.ts'

const scopesAskedFor = (forms: readonly { body: Uint8Array }[]) =>
  forms.flatMap(({ body }) => new URLSearchParams(new TextDecoder().decode(body)).get('scope') ?? [])

describe('X15: the agent does not arm itself', () => {
  it('hands back the 403 when nobody is there to be asked', async () => {
    const { notes, authorization, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent()
    const response = await fetch(notes.endpoint, toolCall('delete_note', { note_id: 99 }))
    expect(response.status).toBe(403)
    expect(response.headers.get('www-authenticate')).toContain('insufficient_scope')
    expect(await response.json()).toEqual({ title: 'insufficient_scope' })
    expect(notes.calls).toEqual([])
    expect(scopesAskedFor(authorization.received).join(' ')).not.toContain('notes:delete')
  })

  it('takes scopes that the operator listed by itself, and keeps them through renewals', async () => {
    const world = await startWorld(onTestFinished)
    const { fetch } = await world.agent({ stepUp: { scopes: ['notes:write'] } })
    expect((await fetch(world.notes.endpoint, toolCall('write_note'))).status).toBe(200)
    world.time += 3600
    const before = world.notes.received.length
    expect((await fetch(world.notes.endpoint, toolCall('write_note'))).status).toBe(200)
    expect(world.notes.received).toHaveLength(before + 1)
  })

  it('asks when a challenge mixes a listed scope with another', async () => {
    const { notes, agent } = await startWorld(onTestFinished)
    const asked: ApprovalRequest[] = []
    const approve = async (request: ApprovalRequest) => asked.push(request) < 0
    const { fetch } = await agent({ stepUp: { scopes: ['notes:write'] }, approve })
    await fetch(notes.endpoint, toolCall('read_notes'))
    notes.intercept = () =>
      new Response(null, {
        status: 403,
        headers: { 'www-authenticate': 'DPoP error="insufficient_scope", scope="notes:write notes:delete"' },
      })
    expect((await fetch(notes.endpoint, toolCall('write_note'))).status).toBe(403)
    expect(asked).toMatchObject([{ scopes: ['notes:write', 'notes:delete'] }])
  })

  it('is not widened by a later 401 that demands more', async () => {
    const { notes, authorization, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent()
    await fetch(notes.endpoint, toolCall('read_notes'))
    let refusals = 1
    notes.intercept = () =>
      refusals-- > 0
        ? new Response(null, {
            status: 401,
            headers: { 'www-authenticate': 'DPoP error="invalid_token", scope="notes:read notes:delete"' },
          })
        : undefined
    expect((await fetch(notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    expect(new Set(scopesAskedFor(authorization.received))).toEqual(new Set(['notes:read']))
  })

  it('asks at first for what its operator said, not for what the challenge says', async () => {
    const { notes, authorization, agent } = await startWorld(onTestFinished)
    notes.initialScope = 'notes:read notes:write notes:delete'
    const { fetch } = await agent({ scopes: ['notes:read'] })
    await fetch(notes.endpoint, toolCall('read_notes'))
    expect(new Set(scopesAskedFor(authorization.received))).toEqual(new Set(['notes:read']))
  })

  it.each([
    ['a yes in words', 'yes'],
    ['a number', 1],
    ['an object', {}],
  ])('does not take %s for a yes', async (_name, answer) => {
    const { notes, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent({ approve: async () => answer as unknown as boolean })
    expect((await fetch(notes.endpoint, toolCall('delete_note'))).status).toBe(403)
  })

  it('grants nothing when asking fails', async () => {
    const { notes, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent({ approve: () => Promise.reject(new Error('terminal gone')) })
    await expect(fetch(notes.endpoint, toolCall('delete_note'))).rejects.toMatchObject({ code: 'approval_failed' })
    expect(notes.calls).toEqual([])
  })

  it.each([
    [
      'names its tool twice',
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_note","name":"delete_note"}}',
    ],
    [
      'holds several calls',
      JSON.stringify([
        { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'read_notes' } },
        { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'delete_note' } },
      ]),
    ],
  ])('asks nobody about a request that %s', async (_name, body) => {
    const { notes, agent } = await startWorld(onTestFinished)
    const approve = vi.fn(async () => true)
    const { fetch } = await agent({ approve })
    await fetch(notes.endpoint, toolCall('read_notes'))
    notes.intercept = () =>
      new Response(null, {
        status: 403,
        headers: { 'www-authenticate': 'DPoP error="insufficient_scope", scope="notes:delete"' },
      })
    expect((await fetch(notes.endpoint, { method: 'POST', body })).status).toBe(403)
    expect(approve).not.toHaveBeenCalled()
  })
})

describe('MCP authorization, step-up: a person approves one call', () => {
  it('shows the resource, the scopes, the tool and its arguments, and then makes the call', async () => {
    const { notes, agent } = await startWorld(onTestFinished)
    const asked: ApprovalRequest[] = []
    const approve = async (request: ApprovalRequest) => asked.push(request) > 0
    const { fetch } = await agent({ approve })
    const response = await fetch(notes.endpoint, toolCall('delete_note', { note_id: 42 }))
    expect(response.status).toBe(200)
    expect(notes.calls).toEqual(['delete_note'])
    expect(asked).toEqual([
      {
        resource: notes.endpoint,
        scopes: ['notes:delete'],
        method: 'tools/call',
        tool: 'delete_note',
        arguments: { note_id: 42 },
      },
    ])
  })

  it('gets a token for what it held and what it needs together', async () => {
    const { notes, authorization, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent({ approve: async () => true })
    await fetch(notes.endpoint, toolCall('read_notes'))
    await fetch(notes.endpoint, toolCall('delete_note'))
    expect(scopesAskedFor(authorization.received).at(-1)).toBe('notes:read notes:delete')
    expect((await fetch(notes.endpoint, toolCall('read_notes'))).status).toBe(200)
  })

  it('does not ask again while the token lasts, and asks again when it has ended', async () => {
    const world = await startWorld(onTestFinished)
    const approve = vi.fn(async () => true)
    const { fetch } = await world.agent({ approve })
    await fetch(world.notes.endpoint, toolCall('delete_note'))
    await fetch(world.notes.endpoint, toolCall('delete_note'))
    expect(approve).toHaveBeenCalledTimes(1)
    world.time += 3600
    expect((await fetch(world.notes.endpoint, toolCall('delete_note'))).status).toBe(200)
    expect(approve).toHaveBeenCalledTimes(2)
  })

  it('asks about one call at a time; a yes serves the calls that waited for the same', async () => {
    const { notes, agent } = await startWorld(onTestFinished)
    let open = 0
    let asked = 0
    const approve = async () => {
      asked += 1
      open += 1
      expect(open).toBe(1)
      await new Promise((resolve) => setImmediate(resolve))
      open -= 1
      return true
    }
    const { fetch } = await agent({ approve })
    const calls = [1, 2, 3].map((note_id) => fetch(notes.endpoint, toolCall('delete_note', { note_id })))
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200])
    expect(asked).toBe(1)
  })

  it('asks about each call by itself after a no', async () => {
    const { notes, agent } = await startWorld(onTestFinished)
    const approve = async ({ arguments: args }: ApprovalRequest) => (args as { note_id: number }).note_id === 42
    const { fetch } = await agent({ approve })
    expect((await fetch(notes.endpoint, toolCall('delete_note', { note_id: 99 }))).status).toBe(403)
    expect((await fetch(notes.endpoint, toolCall('delete_note', { note_id: 42 }))).status).toBe(200)
    expect(notes.calls).toEqual(['delete_note'])
  })

  it('does nothing with a yes that comes after the call was given up', async () => {
    const { notes, authorization, agent } = await startWorld(onTestFinished)
    const controller = new AbortController()
    const answered = Promise.withResolvers<boolean>()
    const { fetch } = await agent({
      approve: () => {
        controller.abort()
        return answered.promise
      },
    })
    const call = fetch(notes.endpoint, { ...toolCall('delete_note'), signal: controller.signal })
    await expect(call).rejects.toThrow()
    answered.resolve(true)
    expect((await fetch(notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    expect(scopesAskedFor(authorization.received).join(' ')).not.toContain('notes:delete')
  })

  it('hands back the 403 when the authorization server says no to what a person approved', async () => {
    const { notes, authorization, agent } = await startWorld(onTestFinished)
    const { fetch } = await agent({ approve: async () => true })
    await fetch(notes.endpoint, toolCall('read_notes'))
    authorization.intercept = ({ method }) =>
      method === 'POST' ? Response.json({ error: 'invalid_scope' }, { status: 400 }) : undefined
    expect((await fetch(notes.endpoint, toolCall('delete_note'))).status).toBe(403)
    authorization.intercept = undefined
    authorization.tokenResponse = { scope: 'notes:read' }
    expect((await fetch(notes.endpoint, toolCall('delete_note'))).status).toBe(403)
    expect((await fetch(notes.endpoint, toolCall('read_notes'))).status).toBe(200)
  })
})
