import type { CapabilityRequest } from '@countersign/capability'
import { decodeJwt } from 'jose'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCapabilityCheck } from '../testing/capability-check.ts'
import { type Received, textOf } from '../testing/http-server.ts'
import { startWorld, toolCall, type World, type WorldSetup } from '../testing/world.ts'
import type { ApprovalRequest } from './step-up.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const unattended = { stepUp: { capabilities: ['delete_note'] } }

/** Deleting takes a capability; nobody has to approve it at the authorization server, unless the test says so. */
async function capabilityWorld(setup: WorldSetup & { uses?: number } = {}) {
  const world = await startWorld(onTestFinished, setup)
  const check = createCapabilityCheck({ object: '/note_id', uses: setup.uses ?? 1 })
  world.notes.capability = check
  world.authorization.policy.approval = 'none'
  return { world, check }
}

const deleteNote = (note_id: unknown) => toolCall('delete_note', { note_id })
const formOf = (request: Received) => new URLSearchParams(textOf(request))

/** The forms of the requests for capabilities that got beyond a demand for a nonce. */
function capabilityForms({ authorization }: World): URLSearchParams[] {
  return authorization.received
    .filter(({ url, method }) => url.pathname === '/token' && method === 'POST')
    .map(formOf)
    .filter((form) => form.has('authorization_details'))
}

/** What the tokens of the calls hold that reached the server, in order. */
function shownDetails({ notes }: World): readonly (string | undefined)[] {
  return notes.received
    .filter(({ headers }) => headers.has('authorization'))
    .map(({ headers }) => {
      const { authorization_details: details } = decodeJwt((headers.get('authorization') ?? '').split(' ')[1] ?? '')
      return details === undefined ? undefined : JSON.stringify((details as CapabilityRequest[])[0]?.arguments)
    })
}

describe('RFC 9396: a call that lacks a capability', () => {
  it('gets one by itself for a tool that the operator listed, by narrowing what the agent holds', async () => {
    const { world } = await capabilityWorld()
    const { fetch } = await world.agent({ ...unattended, scopes: ['notes:read', 'notes:delete'] })
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(200)
    expect(world.notes.calls).toEqual(['delete_note'])
    const [form] = capabilityForms(world)
    expect(form?.get('grant_type')).toBe(EXCHANGE)
    expect(form?.has('scope')).toBe(false)
    expect(JSON.parse(form?.get('authorization_details') ?? '')).toEqual([
      {
        type: 'mcp_tool',
        locations: [world.notes.endpoint],
        tool: 'delete_note',
        arguments: { '/note_id': { equals: 42 } },
        uses: 1,
        seconds: 60,
      },
    ])
  })

  it.each([
    ['what it holds does not cover it', {}],
    ['tokens are not exchanged there', { grant_types_supported: ['client_credentials'] }],
  ])('asks for itself where %s', async (_case, metadata) => {
    const { world } = await capabilityWorld()
    world.authorization.metadata = metadata
    const { fetch } = await world.agent(unattended)
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(200)
    expect(capabilityForms(world).at(-1)?.get('grant_type')).toBe('client_credentials')
  })

  it('asks a person at the authorization server, with an authorization request for nothing else', async () => {
    const { world } = await capabilityWorld({ grant: 'authorization_code' })
    world.authorization.policy.approval = 'person'
    const { fetch } = await world.agent({ ...unattended, scopes: ['notes:read', 'notes:delete'] })
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(200)
    const asked = world.shown.at(-1)?.searchParams
    expect(asked?.has('scope')).toBe(false)
    expect(JSON.parse(asked?.get('authorization_details') ?? '')).toMatchObject([
      { tool: 'delete_note', arguments: { '/note_id': { equals: 42 } } },
    ])
    // What came with it to renew it is left: the one token is renewed as before, without a person.
    world.time += 3600
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    expect(world.shown).toHaveLength(2)
  })

  it('takes what a person made of it, as far as that is less', async () => {
    const { world, check } = await capabilityWorld({ grant: 'authorization_code', uses: 3 })
    world.authorization.policy.approval = 'person'
    world.authorization.consider = (entries) => entries.map((entry) => ({ ...entry, uses: 1, seconds: 5 }))
    const stepUp = { capabilities: ['delete_note'], capabilityLimits: { uses: 3 } }
    const { fetch } = await world.agent({ stepUp })
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(200)
    world.authorization.consider = () => []
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(403)
    expect([...check.used.values()]).toEqual([1])
  })

  it('shows `approve` the entry and the call, and asks for no scope', async () => {
    const { world } = await capabilityWorld()
    const asked: ApprovalRequest[] = []
    const { fetch } = await world.agent({ approve: async (request) => asked.push(request) > 0 })
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(200)
    expect(asked).toEqual([
      {
        resource: world.notes.endpoint,
        scopes: [],
        method: 'tools/call',
        tool: 'delete_note',
        arguments: { note_id: 42 },
        capability: expect.objectContaining({ tool: 'delete_note', arguments: { '/note_id': { equals: 42 } } }),
      },
    ])
    const scopes = world.authorization.received.flatMap((request) => formOf(request).getAll('scope'))
    expect(new Set(scopes)).toEqual(new Set(['notes:read']))
  })

  it.each([
    ['nobody can be asked', undefined],
    ['the person says no', async () => false],
  ])('is handed its 403 when %s, and the authorization server hears nothing', async (_case, approve) => {
    const { world } = await capabilityWorld()
    const stepUp = { scopes: ['notes:delete'], capabilities: ['write_note'] }
    const { fetch } = await world.agent({ stepUp, ...(approve && { approve }) })
    const response = await fetch(world.notes.endpoint, deleteNote(42))
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'capability_required' })
    expect(capabilityForms(world)).toEqual([])
  })

  it('is handed its 403, and nobody is asked, where the authorization server knows nothing of capabilities', async () => {
    const { world } = await capabilityWorld()
    world.authorization.metadata = { authorization_details_types_supported: undefined }
    const approve = vi.fn(async () => true)
    const { fetch } = await world.agent({ approve })
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(403)
    expect(approve).not.toHaveBeenCalled()
  })

  it('is handed its 403 when the authorization server says no', async () => {
    const { world } = await capabilityWorld()
    world.authorization.policy.approval = 'person'
    const { fetch } = await world.agent(unattended)
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(403)
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
  })

  it('reads what it lacks from the body where the challenge has no room for it', async () => {
    const { world, check } = await capabilityWorld()
    const { fetch } = await world.agent(unattended)
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    let refusals = 1
    world.notes.intercept = () => {
      if (refusals-- <= 0) return undefined
      const entry = check.judge(callOf(world, 42))?.entry
      return Response.json(
        { code: 'capability_required', authorization_details: [entry] },
        { status: 403, headers: { 'www-authenticate': 'DPoP error="insufficient_authorization"' } },
      )
    }
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(200)
  })
})

const callOf = ({ notes, time }: World, note_id: number) => ({
  resource: notes.endpoint,
  tool: 'delete_note',
  arguments: { note_id },
  details: undefined,
  now: time,
})

describe('a token for one call', () => {
  it('goes out with equal calls alone, as often as it says', async () => {
    const { world, check } = await capabilityWorld({ uses: 2 })
    const stepUp = { capabilities: ['delete_note'], capabilityLimits: { uses: 2 } }
    const { fetch } = await world.agent({ stepUp })
    const calls = [deleteNote(42), toolCall('read_notes'), deleteNote('42'), deleteNote(42), deleteNote(42)]
    for (const call of calls) expect((await fetch(world.notes.endpoint, call)).status).toBe(200)
    const own = (value: unknown) => JSON.stringify({ '/note_id': { equals: value } })
    expect(shownDetails(world)).toEqual([
      // 42: refused without, then with it.
      undefined,
      own(42),
      // Reading.
      undefined,
      // The text is another note, if any.
      undefined,
      own('42'),
      // 42 again, on the second use; then a new one.
      own(42),
      undefined,
      own(42),
    ])
    expect([...check.used.values()].sort()).toEqual([1, 1, 2])
  })

  it('is one that all of several calls at once share, as far as it goes', async () => {
    const { world } = await capabilityWorld({ uses: 2 })
    const stepUp = { capabilityLimits: { uses: 2 } }
    const approve = vi.fn(async () => true)
    const { fetch } = await world.agent({ stepUp, approve })
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    const calls = Array.from({ length: 4 }, () => fetch(world.notes.endpoint, deleteNote(42)))
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(approve).toHaveBeenCalledTimes(2)
  })

  it('is not used once its time is over', async () => {
    const { world } = await capabilityWorld({ uses: 2 })
    const stepUp = { capabilities: ['delete_note'], capabilityLimits: { uses: 2 } }
    const { fetch } = await world.agent({ stepUp })
    await fetch(world.notes.endpoint, deleteNote(42))
    world.time += 60
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(200)
    expect(capabilityForms(world).filter((form) => form.get('grant_type') === 'client_credentials')).toHaveLength(2)
  })

  it('keeps its use when the call was turned away for its haste, and the 429 is handed back', async () => {
    const { world, check } = await capabilityWorld()
    const approve = vi.fn(async () => true)
    const { fetch } = await world.agent({ approve })
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    const busy = () => new Response(null, { status: 429, headers: { 'retry-after': '7' } })
    let isBusy = true
    world.notes.intercept = ({ headers }) => {
      const token = (headers.get('authorization') ?? '').split(' ')[1]
      return isBusy && token !== undefined && 'authorization_details' in decodeJwt(token) ? busy() : undefined
    }
    const response = await fetch(world.notes.endpoint, deleteNote(42))
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7'])
    isBusy = false
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(200)
    expect(approve).toHaveBeenCalledTimes(1)
    expect([...check.used.values()]).toEqual([1])
  })

  it('goes on with the call that it began when the server has a question', async () => {
    const { world } = await capabilityWorld()
    const { fetch } = await world.agent(unattended)
    await fetch(world.notes.endpoint, deleteNote(42))
    const params = { name: 'delete_note', arguments: { note_id: 42 }, requestState: 'sealed', inputResponses: {} }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params })
    world.notes.intercept = () => Response.json({ went: 'on' })
    await fetch(world.notes.endpoint, { method: 'POST', body })
    expect(shownDetails(world).at(-1)).toBe('{"/note_id":{"equals":42}}')
  })

  it('is asked for once in a call: a server that is never content gets no second yes', async () => {
    const { world, check } = await capabilityWorld()
    const approve = vi.fn(async () => true)
    const { fetch } = await world.agent({ approve })
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    vi.spyOn(check, 'judge').mockImplementation((call) => ({
      code: 'capability_exhausted',
      entry: {
        type: 'mcp_tool',
        locations: [call.resource],
        tool: call.tool,
        arguments: { '/note_id': { equals: 42 } },
        uses: 1,
        seconds: 60,
      },
    }))
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(403)
    expect(approve).toHaveBeenCalledTimes(1)
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(403)
    expect(approve).toHaveBeenCalledTimes(2)
  })

  it('does nothing with a yes that comes after the call was given up', async () => {
    const { world } = await capabilityWorld()
    const controller = new AbortController()
    const answered = Promise.withResolvers<boolean>()
    const approve = () => {
      controller.abort()
      return answered.promise
    }
    const { fetch } = await world.agent({ approve })
    await expect(fetch(world.notes.endpoint, { ...deleteNote(42), signal: controller.signal })).rejects.toThrow()
    answered.resolve(true)
    expect((await fetch(world.notes.endpoint, toolCall('read_notes'))).status).toBe(200)
    expect(capabilityForms(world)).toEqual([])
  })
})

describe('a tool that a person has to approve afresh', () => {
  async function nagging(setup: WorldSetup = {}, isUpFront = false) {
    const { world, check } = await capabilityWorld(setup)
    const { judge } = check
    check.needsApproval = true
    // Where it is up front, the server says so before it has seen any capability.
    if (isUpFront) check.judge = (call) => nameApproval(judge(call))
    return { world, check }
  }

  it.each([
    ['at once, where the server says so at once', true],
    ['after the capability, where the server says so then', false],
  ])('is taken to the authorization server %s, also where it is listed', async (_when, isUpFront) => {
    const { world, check } = await nagging({ grant: 'authorization_code' }, isUpFront)
    const { fetch } = await world.agent({ ...unattended, scopes: ['notes:read', 'notes:delete'] })
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(200)
    expect(world.shown).toHaveLength(2)
    expect(capabilityForms(world).map((form) => form.get('grant_type'))).toEqual(isUpFront ? [] : [EXCHANGE])
    expect([...check.used.values()]).toEqual([1])
  })

  it('is approved once by whoever the agent asks, and once by whoever the authorization server asks', async () => {
    const { world } = await nagging({ grant: 'authorization_code' })
    const approve = vi.fn(async () => true)
    const { fetch } = await world.agent({ approve, scopes: ['notes:read', 'notes:delete'] })
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(200)
    expect([approve.mock.calls.length, world.shown.length]).toEqual([1, 2])
  })

  it('is asked about no third time by a server that is never content', async () => {
    const { world, check } = await nagging({ grant: 'authorization_code' })
    const { judge } = check
    const refuse = (call: Parameters<typeof judge>[0]) => judge({ ...call, details: undefined })
    check.judge = (call) => (call.details === undefined ? refuse(call) : nameApproval(refuse(call)))
    const { fetch } = await world.agent({ ...unattended, scopes: ['notes:read', 'notes:delete'] })
    const response = await fetch(world.notes.endpoint, deleteNote(42))
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'approval_required' }])
    expect(world.shown).toHaveLength(2)
  })

  it.each([true, false])('is not used by an agent that acts for itself, up front or not: %s', async (isUpFront) => {
    const { world } = await nagging({}, isUpFront)
    const approve = vi.fn(async () => true)
    const { fetch } = await world.agent({ approve })
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(403)
    // What could not be got nobody is asked for.
    expect(approve).toHaveBeenCalledTimes(isUpFront ? 0 : 1)
  })
})

function nameApproval(refused: { code: string; entry: unknown } | undefined) {
  return refused && { ...refused, code: 'approval_required' }
}
