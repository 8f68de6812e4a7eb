import { parseCapabilities } from '@countersign/capability'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { askFor, detailsOf, notesWithTools, noteTools } from '../../testing/capabilities.ts'
import { asClient, asMailServer, forMail, inquire } from '../../testing/token-inquiry.ts'
import {
  assertionForm,
  claimsOf,
  fetchNonce,
  makeTokenProof,
  postToken,
  requestAgentToken,
} from '../../testing/token-request.ts'
import { type KeyPair, MAIL, mailResource, makeKey, NOTES, startWorld, type World } from '../../testing/world.ts'

let world: World
let notesKey: KeyPair
beforeAll(async () => {
  notesKey = await makeKey()
  const agentKey = await makeKey()
  const notes = { ...notesWithTools, introspection: { clientId: 'notes-server', jwks: { keys: [notesKey.publicJwk] } } }
  const mail = {
    ...mailResource,
    accessTokenFormat: 'opaque',
    tools: { send_mail: { scopes: ['mail:send'], capability: { object: '/to', approval: 'none' } } },
    introspection: { clientId: 'mail-server', secret: 'a secret of forty characters, by machine' },
  } as const
  const agent = { clientId: 'agent', grants: ['client_credentials'], jwks: { keys: [agentKey.publicJwk] } } as const
  const scopes = ['notes:read', 'notes:write', 'mail:send']
  const any = { ...agent, clientId: 'any', scopes: [], authorizationDetailsTypes: ['mcp_tool'] } as const
  world = {
    ...(await startWorld({ options: { resources: [notes, mail], clients: [{ ...agent, scopes }, any] } })),
    agentKey,
  }
})
afterAll(() => world.close())

const request = (entries: readonly object[], rest: Record<string, string> = {}) =>
  requestAgentToken(world, { resource: NOTES, ...detailsOf(...entries), ...rest })
const now = () => Math.floor(Date.now() / 1000)

describe('a client that acts for itself', () => {
  it(`${verifies('RFC9396-7-1', 'RFC9396-9.1-1')} gets a capability of a tool that its scopes are for, with an id and an end, and no scope beside it`, async () => {
    const answer = await request([askFor('write_note', { uses: 2 })])
    const { authorization_details, scope, ...claims } = claimsOf(answer)
    expect(scope).toBeUndefined()
    expect(claims.cnf).toBeDefined()
    const { seconds: _seconds, ...terms } = askFor('write_note', { uses: 2 })
    const id = expect.stringMatching(/^[\w-]{22}$/)
    const times = { not_before: expect.any(Number), expires: expect.any(Number) }
    expect(authorization_details).toEqual([{ ...terms, id, ...times }])
    expect(answer.body.authorization_details).toEqual(authorization_details)
    const granted = parseCapabilities(authorization_details, 'token')
    expect(granted.ok && granted.value[0]?.expires).toBeGreaterThanOrEqual(now() + 58)
  })

  it('gets another id each time, and its scopes where it asks for both', async () => {
    const [first, second] = [
      claimsOf(await request([askFor('write_note'), askFor('write_note')], { scope: 'notes:read' })),
      claimsOf(await request([askFor('write_note')])),
    ]
    expect(first.scope).toBe('notes:read')
    const ids = [first, second].flatMap(({ authorization_details: details }) =>
      (Array.isArray(details) ? details : []).map(({ id }) => id),
    )
    expect(new Set(ids).size).toBe(3)
  })

  it('gets one for as many uses and as much time as it likes where the scope alone would do', async () => {
    const claims = claimsOf(await request([askFor('read_notes', { uses: 1000, seconds: 3600 })]))
    expect(claims.authorization_details).toMatchObject([{ tool: 'read_notes', uses: 1000 }])
  })

  it('names the resource in the details alone, if it likes', async () => {
    const answer = await requestAgentToken(world, detailsOf(askFor('write_note')))
    expect(claimsOf(answer).aud).toBe(NOTES)
  })

  it.each<[string, object, string]>([
    ['an unknown tool', askFor('drop_notes'), 'invalid_authorization_details'],
    ['a tool of another server', askFor('write_note', { locations: [MAIL] }), 'invalid_authorization_details'],
    [
      'a tool of a stranger',
      askFor('write_note', { locations: ['https://x.example'] }),
      'invalid_authorization_details',
    ],
    ['a tool beyond its scopes', askFor('delete_note'), 'invalid_authorization_details'],
    ['what is acted on left open', askFor('write_note', { arguments: {} }), 'invalid_authorization_details'],
    [
      'what is acted on left open a little',
      askFor('write_note', { arguments: { '/note_id': { one_of: [42] } } }),
      'invalid_authorization_details',
    ],
    ['more uses than the tool gives', askFor('write_note', { uses: 4 }), 'invalid_authorization_details'],
    ['more time than the tool gives', askFor('write_note', { seconds: 121 }), 'invalid_authorization_details'],
    ['an id of its own', askFor('write_note', { id: 'a'.repeat(22) }), 'invalid_authorization_details'],
    ['an approval of its own', askFor('write_note', { approved_at: 1 }), 'invalid_authorization_details'],
    ['an unknown member', askFor('write_note', { note: 1 }), 'invalid_authorization_details'],
    ['another type', { type: 'payment' }, 'invalid_authorization_details'],
  ])(`${verifies('RFC9396-5-1')} gets nothing for %s`, async (_name, entry, error) => {
    for (const entries of [[entry], [askFor('write_note'), entry]]) {
      const { status, body } = await request(entries)
      expect({ status, error: body.error }).toEqual({ status: 400, error })
    }
  })

  it('gets nothing on the strength of being allowed to ask a person', async () => {
    const form = await assertionForm(world.issuer, 'any', world.agentKey, detailsOf(askFor('write_note')))
    const DPoP = await makeTokenProof(world.issuer, world.agentKey, { nonce: await fetchNonce(world) })
    expect((await postToken(world.issuer, form, { DPoP })).body.error).toBe('invalid_authorization_details')
  })

  it.each([
    ['no JSON', '[{'],
    ['no list', JSON.stringify(askFor('write_note'))],
    ['a member twice', JSON.stringify([askFor('write_note')]).replace('"uses":1', '"uses":1,"uses":1')],
    ['too many', JSON.stringify(Array.from({ length: 33 }, () => askFor('write_note')))],
  ])('gets nothing for %s', async (_name, authorization_details) => {
    const { body } = await requestAgentToken(world, { resource: NOTES, authorization_details })
    expect(body.error).toBe('invalid_authorization_details')
  })

  it('gets nothing for a resource that it names, and details of another', async () => {
    const sendMail = askFor('send_mail', { locations: [MAIL], arguments: { '/to': { equals: 'a@b.example' } } })
    expect((await request([sendMail])).body.error).toBe('invalid_target')
    expect((await requestAgentToken(world, detailsOf(sendMail, askFor('write_note')))).body.error).toBe(
      'invalid_target',
    )
  })
})

describe('a tool that a person has to be asked about', () => {
  const start = (tools: typeof noteTools | object) =>
    startWorld({
      options: { resources: [{ ...notesWithTools, tools: { ...noteTools, ...tools } }] },
    })

  it.each([
    ['is one that asks for a capability', { scopes: ['notes:write'], capability: { object: [] } }],
    ['is one that says so', { scopes: ['notes:write'], destructive: true }],
    [
      'is one whose server says so',
      { scopes: ['notes:write'], capability: { object: [], approval: 'person' }, destructive: false },
    ],
  ])('%s', async (_name, tool) => {
    const other = await start({ tool })
    const answer = await requestAgentToken(other, detailsOf(askFor('tool')))
    expect(answer).toMatchObject({ status: 400, body: { error: 'approval_required' } })
    await other.close()
  })

  it('is none that says otherwise', async () => {
    const other = await start({ tool: { scopes: ['notes:write'], capability: { object: [], approval: 'none' } } })
    expect(claimsOf(await requestAgentToken(other, detailsOf(askFor('tool')))).authorization_details).toHaveLength(1)
    await other.close()
  })
})

describe('introspection', () => {
  it(`${verifies('RFC9396-9.2-1')} tells of capabilities, for either format`, async () => {
    const [jwt, opaque] = [
      await request([askFor('write_note')]),
      await requestAgentToken(world, {
        ...detailsOf(askFor('send_mail', { locations: [MAIL], arguments: { '/to': { equals: 'a@b.example' } } })),
        ...forMail,
      }),
    ]
    for (const [answer, credentials] of [
      [jwt, await asClient(world, 'notes-server', notesKey)],
      [opaque, asMailServer],
    ] as const) {
      const told = await inquire(world, '/introspect', String(answer.body.access_token), credentials)
      expect(told.body).toMatchObject({ active: true, authorization_details: answer.body.authorization_details })
      expect(answer.body.authorization_details).toHaveLength(1)
    }
  })
})

describe('the metadata', () => {
  it(`${verifies('RFC9396-10-1')} names the type`, async () => {
    const response = await fetch(`${world.issuer}/.well-known/oauth-authorization-server`)
    expect(await response.json()).toMatchObject({ authorization_details_types_supported: ['mcp_tool'] })
  })
})

describe('a registration that cannot be', () => {
  it.each([
    ['a scope that the resource has not', { scopes: ['notes:burn'] }, /delete_note.*notes:burn/],
    ['a requirement that is none', { scopes: [], capability: { object: 'note_id' } }, /delete_note.*pointer/],
  ])('names the tool: %s', async (_name, tool, problem) => {
    const resources = [{ ...notesWithTools, tools: { delete_note: tool } }]
    await expect(startWorld({ options: { resources } })).rejects.toThrow(problem)
  })
})
