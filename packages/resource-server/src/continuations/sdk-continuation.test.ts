import { randomUUID } from 'node:crypto'
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import {
  createMcpHandler,
  fromJsonSchema,
  inputRequired,
  isLegacyRequest,
  McpServer,
  WebStandardStreamableHTTPServerTransport as SessionTransport,
} from '@modelcontextprotocol/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { McpHandler } from '../guarded-server.ts'
import { readCaller } from '../mcp/caller.ts'
import { createCapabilityOptions, grantCapability } from '../testing/capability.test-fixture.ts'
import { createScene, type Scene } from '../testing/scene.test-fixture.ts'

const question = { message: 'Really?', requestedSchema: { type: 'object', properties: {} } } as const

/** Asks twice before it deletes; `states` is what it found of its own, `runs` how often it came to an end. */
function createDeletingServer(states: unknown[], runs: unknown[]): McpServer {
  const server = new McpServer({ name: 'notes', version: '1' })
  const inputSchema = fromJsonSchema<{ note_id: number }>({
    type: 'object',
    properties: { note_id: { type: 'number' } },
  })
  server.registerTool('delete_note', { inputSchema }, async ({ note_id }, context) => {
    const state = context.mcpReq.requestState<string>()
    states.push(state)
    if (state === 'twice') {
      runs.push({ note_id, capabilities: readCaller(context.http?.authInfo)?.capabilities?.length })
      return { content: [{ type: 'text', text: 'deleted' }] }
    }
    const inputRequests = { sure: inputRequired.elicit(question) }
    return inputRequired({ inputRequests, requestState: state === 'once' ? 'twice' : 'once' })
  })
  return server
}

/** Both eras of the protocol; the older one by sessions. */
function createBothEras(create: () => McpServer): McpHandler {
  const modern = createMcpHandler(create, { legacy: 'reject' })
  const sessions = new Map<string, SessionTransport>()
  const open = async () => {
    const transport = new SessionTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    })
    await create().connect(transport)
    return transport
  }
  return {
    async fetch(request, options = {}) {
      if (!(await isLegacyRequest(request, options.parsedBody))) return modern.fetch(request, options)
      const transport = sessions.get(request.headers.get('mcp-session-id') ?? '') ?? (await open())
      return transport.handleRequest(request, options)
    },
  }
}

/** Sends what the SDK's client sends, with this token and a proof for each request. */
async function connect(scene: Scene, handler: McpHandler, versionNegotiation: ClientOptions['versionNegotiation']) {
  const server = scene.guard.protect(handler)
  const token = await scene.token({ authorization_details: [grantCapability()] })
  const statuses: number[] = []
  const send: typeof fetch = async (url, init = {}) => {
    const { method = 'GET', body } = init
    const headers = Object.fromEntries(new Headers(init.headers))
    const content = typeof body === 'string' ? { body } : {}
    const answer = await server.fetch(await scene.request({ method, url: String(url), token, headers, ...content }))
    if (method === 'POST') statuses.push(answer.status)
    return answer
  }
  const client = new Client(
    { name: 'agent', version: '1' },
    { capabilities: { elicitation: {} }, ...(versionNegotiation && { versionNegotiation }) },
  )
  const asked: string[] = []
  client.setRequestHandler('elicitation/create', async ({ params }) => {
    asked.push(params.message)
    return { action: 'accept', content: {} }
  })
  await client.connect(new StreamableHTTPClientTransport(new URL(scene.guard.metadata.resource), { fetch: send }))
  onTestFinished(() => client.close())
  return { client, asked, statuses }
}

describe.each([
  { era: 'legacy', versionNegotiation: { mode: 'legacy' } },
  { era: '2026-07-28', versionNegotiation: { mode: { pin: '2026-07-28' } } },
] as const)("the SDK's server and client in the $era era", ({ versionNegotiation }) => {
  it('come to an end with the one use that was spent at the beginning', async () => {
    const tools = { delete_note: { capability: { object: '/note_id' } } }
    const scene = await createScene(createCapabilityOptions({ tools, prompts: {}, resources: {} }))
    const [states, runs]: unknown[][] = [[], []]
    const handler = createBothEras(() => createDeletingServer(states ?? [], runs ?? []))
    const { client, asked, statuses } = await connect(scene, handler, versionNegotiation)
    const call = { name: 'delete_note', arguments: { note_id: 42 } }
    expect(await client.callTool(call)).toMatchObject({ content: [{ type: 'text', text: 'deleted' }] })
    expect({ states, runs, asked }).toEqual({
      states: [undefined, 'once', 'twice'],
      runs: [{ note_id: 42, capabilities: 1 }],
      asked: ['Really?', 'Really?'],
    })
    expect(new Set(statuses)).not.toContain(403)
    await expect(client.callTool(call)).rejects.toThrow()
    expect(statuses.at(-1)).toBe(403)
    expect(runs).toHaveLength(1)
  })
})
