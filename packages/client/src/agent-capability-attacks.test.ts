import type { CapabilityRequest } from '@countersign/capability'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createCapabilityCheck } from '../testing/capability-check.ts'
import { textOf } from '../testing/http-server.ts'
import { startWorld, toolCall, type World } from '../testing/world.ts'
import type { AgentOptions } from './agent.ts'

const unattended = { stepUp: { capabilities: ['delete_note'] } }
const deleteNote = (note_id: unknown) => toolCall('delete_note', { note_id })

async function capabilityWorld() {
  const world = await startWorld(onTestFinished)
  const check = createCapabilityCheck({ object: '/note_id' })
  world.notes.capability = check
  world.authorization.policy.approval = 'none'
  return { world, check }
}

function askedFor({ authorization }: World): readonly string[] {
  return authorization.received
    .filter(({ method }) => method === 'POST')
    .flatMap((request) => new URLSearchParams(textOf(request)).getAll('authorization_details'))
}

/** A demand that is not for the call: made of the one that is. */
type Tampering = (entry: CapabilityRequest) => unknown

const tamperings: readonly [string, Tampering][] = [
  ['another note', (entry) => ({ ...entry, arguments: { '/note_id': { equals: 99 } } })],
  ['the number as a text', (entry) => ({ ...entry, arguments: { '/note_id': { equals: '42' } } })],
  ['this note or another', (entry) => ({ ...entry, arguments: { '/note_id': { one_of: [42, 99] } } })],
  ['any note', (entry) => ({ ...entry, arguments: { '/note_id': { range: { min: 0 } } } })],
  ['an argument more', (entry) => ({ ...entry, arguments: { ...entry.arguments, '/force': { equals: true } } })],
  ['another tool', (entry) => ({ ...entry, tool: 'delete_notes' })],
  ['another server', (entry) => ({ ...entry, locations: ['https://bank.example/mcp'] })],
  ['this server and another', (entry) => ({ ...entry, locations: [...entry.locations, 'https://bank.example/mcp'] })],
  ['two uses', (entry) => ({ ...entry, uses: 2 })],
  ['an hour', (entry) => ({ ...entry, seconds: 3600 })],
  ['tomorrow', (entry) => ({ ...entry, not_before: 1_800_080_000 })],
  ['an id of its own', (entry) => ({ ...entry, id: 'a'.repeat(22) })],
  ['another type', (entry) => ({ ...entry, type: 'payment' })],
  ['nothing that can be read', () => 'note 99'],
]

describe('X15: a demand for a capability that is not for the call just made', () => {
  it.each(tamperings)('gets none for %s: nobody is asked, and the 403 is handed back', async (_name, tamper) => {
    const { world, check } = await capabilityWorld()
    check.tamper = tamper
    const approve = vi.fn(async () => true)
    const { fetch } = await world.agent({ ...unattended, approve })
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(403)
    expect(approve).not.toHaveBeenCalled()
    expect(askedFor(world)).toEqual([])
  })

  it('would get it if it were asked for: the authorization server cannot know what was called', async () => {
    const { world } = await capabilityWorld()
    const { fetch } = await world.agent(unattended)
    expect((await fetch(world.notes.endpoint, deleteNote(99))).status).toBe(200)
    expect(askedFor(world).at(-1)).toContain('"equals":99')
  })

  it.each([
    ['two calls in one request', [deleteNote(42), deleteNote(99)]],
    ['a call that says its note twice', ['"note_id":42', '"note_id":42,"note_id":99']],
  ])('gets none for %s', async (_name, [first, second]) => {
    const { world } = await capabilityWorld()
    const { fetch } = await world.agent(unattended)
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    const entry = {
      type: 'mcp_tool',
      locations: [world.notes.endpoint],
      tool: 'delete_note',
      arguments: { '/note_id': { equals: 42 } },
      uses: 1,
      seconds: 60,
    }
    world.notes.intercept = () => demand([entry])
    const body =
      typeof first === 'string'
        ? String(deleteNote(42).body).replace(first, String(second))
        : `[${first?.body},${typeof second === 'string' ? '' : second?.body}]`
    expect((await fetch(world.notes.endpoint, { method: 'POST', body })).status).toBe(403)
    expect(askedFor(world)).toEqual([])
  })

  it('gets none where the demand is for several', async () => {
    const { world, check } = await capabilityWorld()
    const { fetch } = await world.agent(unattended)
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    const call = { resource: world.notes.endpoint, tool: 'delete_note', details: undefined, now: world.time }
    const entries = [42, 99].map((note_id) => check.judge({ ...call, arguments: { note_id } })?.entry)
    world.notes.intercept = () => demand(entries)
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(403)
    expect(askedFor(world)).toEqual([])
  })

  it.each([
    ['no base64url', '***'],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['nested without end', Buffer.from(`{"authorization_details":${'['.repeat(3000)}`).toString('base64url')],
  ])('gets none where what it lacks is %s', async (_name, remediation) => {
    const { world } = await capabilityWorld()
    const { fetch } = await world.agent(unattended)
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    const value = `DPoP error="insufficient_authorization", authorization_remediation="${remediation}"`
    world.notes.intercept = () => new Response(null, { status: 403, headers: { 'www-authenticate': value } })
    expect((await fetch(world.notes.endpoint, deleteNote(42))).status).toBe(403)
    expect(askedFor(world)).toEqual([])
  })

  it('reads no problem document that never ends', async () => {
    const { world } = await capabilityWorld()
    const { fetch } = await world.agent(unattended)
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    world.notes.intercept = () =>
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }), {
        status: 403,
        headers: {
          'www-authenticate': 'DPoP error="insufficient_authorization"',
          'content-type': 'application/problem+json',
        },
      })
    const response = await fetch(world.notes.endpoint, deleteNote(42))
    expect(response.status).toBe(403)
    await response.body?.cancel()
  })
})

function demand(entries: readonly unknown[]): Response {
  const remediation = Buffer.from(JSON.stringify({ authorization_details: entries })).toString('base64url')
  const value = `DPoP error="insufficient_authorization", authorization_remediation="${remediation}"`
  return new Response(null, { status: 403, headers: { 'www-authenticate': value } })
}

describe('what the authorization server grants beyond what was asked for', () => {
  const granted = {
    type: 'mcp_tool',
    id: `${'a'.repeat(21)}A`,
    tool: 'delete_note',
    arguments: { '/note_id': { equals: 42 } },
    uses: 1,
    expires: 1_800_000_060,
  }

  it.each<[string, object | undefined, string]>([
    ['another note', { arguments: { '/note_id': { equals: 99 } } }, 'capability_exceeded'],
    ['any note', { arguments: {} }, 'capability_exceeded'],
    ['another tool', { tool: 'write_note' }, 'capability_exceeded'],
    ['another server', { locations: ['https://bank.example/mcp'] }, 'capability_exceeded'],
    ['more uses', { uses: 2 }, 'capability_exceeded'],
    ['more time', { expires: 1_800_000_600 }, 'capability_exceeded'],
    ['something malformed', { uses: -1 }, 'token_response_invalid'],
  ])('is not used: %s', async (_name, members, code) => {
    const { world } = await capabilityWorld()
    const { fetch } = await world.agent(unattended)
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    const entry = { ...granted, locations: [world.notes.endpoint], ...members }
    world.authorization.tokenResponse = { authorization_details: [entry] }
    await expect(fetch(world.notes.endpoint, deleteNote(42))).rejects.toMatchObject({ code })
    expect(world.notes.calls).toEqual(['read_notes'])
  })

  it.each<[string, Partial<AgentOptions>, object, string]>([
    ['two of it', unattended, { count: 2 }, 'capability_exceeded'],
    ['one with a token that asked for none', {}, { count: 1 }, 'capability_exceeded'],
  ])('is not used: %s', async (_name, options, { count }: { count?: number }, code) => {
    const { world } = await capabilityWorld()
    const { fetch } = await world.agent(options)
    if (count === 2) await fetch(world.notes.endpoint, toolCall('read_notes'))
    const ids = ['aaaaaaaaaaaaaaaaaaaaaA', 'bbbbbbbbbbbbbbbbbbbbbA'].slice(0, count)
    const entries = ids.map((id) => ({ ...granted, locations: [world.notes.endpoint], id }))
    world.authorization.tokenResponse = { authorization_details: entries }
    await expect(fetch(world.notes.endpoint, deleteNote(42))).rejects.toMatchObject({ code })
  })

  it('is not used: a scope that the agent does not hold', async () => {
    const { world } = await capabilityWorld()
    const { fetch } = await world.agent(unattended)
    await fetch(world.notes.endpoint, toolCall('read_notes'))
    world.authorization.tokenResponse = { scope: 'notes:read notes:delete' }
    await expect(fetch(world.notes.endpoint, deleteNote(42))).rejects.toMatchObject({ code: 'scope_exceeded' })
  })

  it('is judged by what stands in the token, whatever is told beside it', async () => {
    const { world } = await capabilityWorld()
    const { fetch } = await world.agent(unattended)
    await fetch(world.notes.endpoint, deleteNote(99))
    const [wide] = world.notes.received.flatMap(({ headers }) => headers.get('authorization') ?? []).slice(-1)
    const entry = { ...granted, locations: [world.notes.endpoint] }
    world.authorization.tokenResponse = { access_token: wide?.split(' ')[1], authorization_details: [entry] }
    await expect(fetch(world.notes.endpoint, deleteNote(42))).rejects.toMatchObject({ code: 'capability_exceeded' })
  })
})
