/** Asks an MCP handler, in its own process, what tools, prompts and resources it has (MCP 2026-07-28, list methods). */
import type { McpHandler } from '../guarded-server.ts'

const protocolVersion = '2026-07-28'
const maxPages = 1000

/** Names as the server's own lists give them. */
export interface ServerNames {
  readonly tools: readonly string[]
  readonly prompts: readonly string[]
  /** URIs of single resources. */
  readonly resources: readonly string[]
  /** URI templates up to their first variable. */
  readonly resourcePrefixes: readonly string[]
}

/** Rejects (the promise) when the handler does not answer a list request. */
export async function readServerNames(handler: McpHandler, endpoint: string): Promise<ServerNames> {
  const list = (method: string, member: string) => readList(handler, endpoint, method, member)
  const tools = await list('tools/list', 'tools')
  const prompts = await list('prompts/list', 'prompts')
  const resources = await list('resources/list', 'resources')
  const templates = await list('resources/templates/list', 'resourceTemplates')
  return {
    tools: tools.map(({ name }) => String(name)),
    prompts: prompts.map(({ name }) => String(name)),
    resources: resources.map(({ uri }) => String(uri)),
    resourcePrefixes: templates.map(({ uriTemplate }) => String(uriTemplate).replace(/\{.*$/s, '')),
  }
}

type Entry = Readonly<Record<string, unknown>>

async function readList(handler: McpHandler, endpoint: string, method: string, member: string): Promise<Entry[]> {
  const entries: Entry[] = []
  let cursor: unknown
  for (let page = 0; page < maxPages; page++) {
    const answer = await ask(handler, endpoint, method, cursor)
    if (answer.error !== undefined) {
      if (isMethodNotFound(answer.error)) return entries
      throw new Error(`the MCP handler answered ${method} with an error`)
    }
    const result = (answer.result ?? {}) as Entry
    const found = result[member]
    if (Array.isArray(found)) entries.push(...found)
    cursor = result.nextCursor
    if (cursor === undefined) return entries
  }
  throw new Error(`the MCP handler's ${method} does not end`)
}

/** The server has no such capability. */
function isMethodNotFound(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { code?: unknown }).code === -32601
}

async function ask(handler: McpHandler, endpoint: string, method: string, cursor: unknown): Promise<Entry> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': protocolVersion,
    'io.modelcontextprotocol/clientInfo': { name: 'countersign-guard', version: '0.1.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params = cursor === undefined ? { _meta } : { _meta, cursor }
  const body = { jsonrpc: '2.0', id: 1, method, params }
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': protocolVersion,
    'mcp-method': method,
  }
  const request = new Request(endpoint, { method: 'POST', headers, body: JSON.stringify(body) })
  return readAnswer(await handler.fetch(request, { parsedBody: body }))
}

/** One JSON body, or the last event of a stream. */
async function readAnswer(response: Response): Promise<Entry> {
  const text = await response.text()
  const streamed = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  const json = streamed
    ? text
        .split('\n')
        .findLast((line) => line.startsWith('data:'))
        ?.slice('data:'.length)
    : text
  return JSON.parse(json ?? '') as Entry
}
