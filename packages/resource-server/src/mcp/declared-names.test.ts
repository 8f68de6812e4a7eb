import { createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import { createGuard } from '../guard.ts'
import type { GuardOptions } from '../guard-options.ts'
import type { McpHandler } from '../guarded-server.ts'
import { resource } from '../testing/issuer.test-fixture.ts'
import { readCaller } from './caller.ts'
import { assertDeclaredNames } from './declared-names.ts'

/** A real server with two tools, a prompt, a resource and a template. */
function createServer(): McpServer {
  const server = new McpServer({ name: 'test', version: '1' })
  const content = async () => ({ content: [] })
  server.registerTool('read_notes', {}, content)
  server.registerTool('write_note', {}, content)
  server.registerPrompt('summarise', {}, async () => ({ messages: [] }))
  server.registerResource('index', 'notes:///1', {}, async () => ({ contents: [] }))
  const template = new ResourceTemplate('files://host/{path}', { list: undefined })
  server.registerResource('file', template, {}, async () => ({ contents: [] }))
  return server
}

const ready = (tables: Partial<GuardOptions>, handler: McpHandler = createMcpHandler(createServer)) =>
  createGuard({ resource, authorizationServers: ['https://auth.example'], ...tables })
    .protect(handler)
    .ready()

describe('names in the tables', () => {
  it('are those of the server, in both of its eras', async () => {
    await ready({
      tools: { read_notes: {}, write_note: {} },
      prompts: { summarise: {} },
      resources: { 'notes:///1': {}, 'notes:///*': {}, 'files://host/*': {}, 'files://host/a': {}, 'files://*': {} },
      methods: { 'resources/list': {}, 'x/anything': {} },
    })
  })

  it.each<[string, Partial<GuardOptions>]>([
    ["tool 'read_note'", { tools: { read_note: {}, read_notes: {} } }],
    ["tool '__proto__'", { tools: JSON.parse('{"__proto__":{}}') }],
    ["prompt 'read_notes'", { prompts: { read_notes: {} } }],
    ["resource 'notes:///2'", { resources: { 'notes:///2': {} } }],
    ["resource 'notes:///12'", { resources: { 'notes:///12': {} } }],
    ["resource 'notes:///'", { resources: { 'notes:///': {} } }],
    ["resource 'notes:///1/*'", { resources: { 'notes:///1/*': {} } }],
    ["resource 'note:///*'", { resources: { 'note:///*': {} } }],
    ["resource 'files://other/*'", { resources: { 'files://other/*': {} } }],
  ])('that the server does not have are named: %s', async (named, tables) => {
    const attempt = ready(tables)
    await expect(attempt).rejects.toThrow(ConfigurationError)
    await expect(attempt).rejects.toThrow(
      `declared to the guard, but not on the server: ${named}; the server has tools`,
    )
  })

  it('are all named at once', async () => {
    const tables = { tools: { one: {}, two: {} }, prompts: { three: {} } }
    await expect(ready(tables)).rejects.toThrow("tool 'one', tool 'two', prompt 'three'")
  })

  it('are none of a server that has none', async () => {
    const bare = createMcpHandler(() => new McpServer({ name: 'bare', version: '1' }))
    await ready({}, bare)
    await expect(ready({ tools: { read_notes: {} } }, bare)).rejects.toThrow(
      "tool 'read_notes'; the server has tools (none)",
    )
  })
})

describe('asking the server', () => {
  const answering = (answer: (method: string, cursor: unknown) => Response): McpHandler => ({
    async fetch(_request, options) {
      const body = options?.parsedBody as { method: string; params: { cursor?: unknown } } | undefined
      return answer(body?.method ?? '', body?.params.cursor)
    },
  })
  const page = (result: object) => Response.json({ jsonrpc: '2.0', id: 1, result })
  const assertTool = (name: string, handler: McpHandler) =>
    assertDeclaredNames({ tools: { [name]: {} } }, handler, resource)

  it('goes through all pages, and reads streams too', async () => {
    const handler = answering((method, cursor) => {
      if (method !== 'tools/list') return Response.json({ jsonrpc: '2.0', id: 1, error: { code: -32601, message: '' } })
      const result = cursor === undefined ? { tools: [{ name: 'one' }], nextCursor: 'a' } : { tools: [{ name: 'two' }] }
      const text = `event: message\r\ndata: {"jsonrpc":"2.0","method":"notifications/message"}\r\n\r\ndata: ${JSON.stringify({ result })}\r\n\r\n`
      return new Response(text, { headers: { 'content-type': 'text/event-stream' } })
    })
    await assertTool('one', handler)
    await assertTool('two', handler)
    await expect(assertTool('three', handler)).rejects.toThrow(ConfigurationError)
  })

  it('ends, also when the pages do not', async () => {
    const endless = answering(() => page({ tools: [], nextCursor: 'again' }))
    await expect(assertTool('one', endless)).rejects.toThrow('does not end')
  })

  it('that answers with an error is no answer', async () => {
    const failing = answering(() => Response.json({ jsonrpc: '2.0', id: 1, error: { code: -32603, message: 'x' } }))
    await expect(assertTool('one', failing)).rejects.toThrow('answered tools/list with an error')
  })
})

describe('the caller, for tools', () => {
  it('is who the guard verified, and nobody where no guard stood', () => {
    const caller = { issuer: 'https://auth.example', subject: 'user-1', clientId: 'agent-1', jkt: 'key' }
    expect(readCaller({ extra: { countersign: caller } })).toEqual(caller)
    expect(readCaller({ extra: {} })).toBeUndefined()
    expect(readCaller({})).toBeUndefined()
    expect(readCaller(undefined)).toBeUndefined()
  })
})
