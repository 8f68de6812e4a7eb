/** A small MCP server in which weaknesses are planted, one by one: what each check has to find, and not to find. */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isJsonObject, type JsonObject, type JsonValue, parseStrictJson } from '@countersign/core'
import type { JWK } from 'jose'
import { plantIssuerMetadata, plantResourceMetadata } from './planted-metadata.test-fixture.ts'
import { createPlantedTokens, type Lacks, type PlantedTokens } from './planted-tokens.test-fixture.ts'

/** A running server, and what its operator has. */
export interface PlantedServer {
  readonly url: string
  readonly privateJwk: JWK
  /** For this server, or with other claims. */
  issue(claims?: Readonly<Record<string, unknown>>): Promise<string>
  revoke(token: string): Promise<void>
  close(): Promise<void>
}

/** How it is built. */
export interface PlantedOptions {
  /** Ids of weaknesses. */
  readonly weak?: readonly string[]
  /** Speaks the versions with sessions alone. */
  readonly sessions?: boolean
}

const LIMIT = 1024 * 1024

/** Listens on a free port of 127.0.0.1. */
export async function startPlantedServer({ weak = [], sessions = false }: PlantedOptions = {}): Promise<PlantedServer> {
  const lacks: Lacks = (id) => weak.includes(id)
  const http = createServer({ insecureHTTPParser: lacks('ambiguous_framing_served') })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${portOf(http)}/mcp`
  const tokens = await createPlantedTokens(new URL(url).origin, lacks)
  const opened = new Set<string>()
  const parts: Parts = { url, lacks, tokens, sessions, opened }
  http.on('request', (request, response) => {
    serve(request, response, parts).catch(() => response.destroy())
  })
  return {
    url,
    privateJwk: tokens.privateJwk,
    issue: (claims) => tokens.issue({ aud: lacks('several_audiences') ? [url, 'https://b.example'] : url, ...claims }),
    revoke: async (token) => void tokens.revoked.add(token),
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

function portOf(http: Server): number {
  const address = http.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

interface Parts {
  readonly url: string
  readonly lacks: Lacks
  readonly tokens: PlantedTokens
  readonly sessions: boolean
  readonly opened: Set<string>
}

async function serve(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', parts.url)
  const { url, lacks } = parts
  if (pathname === '/.well-known/oauth-protected-resource/mcp')
    return publish(response, plantResourceMetadata(url, lacks))
  if (pathname === '/.well-known/oauth-authorization-server') return publish(response, plantIssuerMetadata(url, lacks))
  if (pathname === '/jwks') return publish(response, { keys: [parts.tokens.publicJwk] })
  if (pathname === '/introspect') {
    return lacks('introspection_open') ? publish(response, { active: false }) : void response.writeHead(401).end()
  }
  return pathname === '/mcp' ? serveMcp(request, response, parts) : void response.writeHead(404).end()
}

function publish(response: ServerResponse, document: object | undefined): void {
  if (document === undefined) return void response.writeHead(404).end()
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document))
}

async function serveMcp(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { lacks } = parts
  const status = judgeShape(request, parts)
  if (lacks('cors_any_origin')) response.setHeader('access-control-allow-origin', '*')
  if (request.method === 'TRACE' && lacks('trace_echoes')) {
    return void response.writeHead(200).end(request.rawHeaders.join('\n'))
  }
  if (status !== undefined) return void response.writeHead(status).end()
  const early = lacks('body_read_before_token') ? await readBody(request) : undefined
  const claims = lacks('no_token_needed') ? {} : await judgeCaller(request, parts)
  if (typeof claims === 'number') return refuse(request, response, claims, parts)
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > LIMIT && !lacks('no_message_limit')) return void response.writeHead(413).end()
  await answer(early ?? (await readBody(request)), { request, response, claims, parts })
}

function judgeShape(request: IncomingMessage, { url, lacks }: Parts): number | undefined {
  const { headers, method = '' } = request
  const strange = ['PUT', 'PATCH'].includes(method) && lacks('messages_by_other_methods')
  if (method === 'OPTIONS') return 204
  if (method !== 'POST' && !strange) return 405
  if (headers.host !== new URL(url).host && !lacks('foreign_host_served')) return 403
  if (headers.origin !== undefined && !lacks('foreign_origin_served')) return 403
  if (headers['content-type'] !== 'application/json' && !lacks('content_type_ignored')) return 415
  const version = headers['mcp-protocol-version']
  return version === '1999-12-31' && !lacks('unknown_version_served') ? 400 : undefined
}

async function judgeCaller(
  request: IncomingMessage,
  parts: Parts,
): Promise<Readonly<Record<string, unknown>> | number> {
  const session = request.headers['mcp-session-id']
  const known = typeof session === 'string' && parts.opened.has(session)
  if (known && parts.lacks('session_instead_of_token')) return {}
  return parts.tokens.judge(request, parts.url)
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, { url, lacks }: Parts): void {
  if (status !== 401) return void response.writeHead(status).end()
  const where = lacks('challenge_without_metadata')
    ? ''
    : `, resource_metadata="${new URL(url).origin}/.well-known/oauth-protected-resource/mcp"`
  const challenge = lacks('no_challenge') ? {} : { 'www-authenticate': `DPoP realm="planted"${where}` }
  const echo = lacks('token_echoed') ? String(request.headers.authorization) : ''
  response.writeHead(lacks('wrong_refusal_status') ? 400 : 401, challenge).end(echo)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly claims: Readonly<Record<string, unknown>>
  readonly parts: Parts
}

async function answer(text: string, exchange: Exchange): Promise<void> {
  const { response, parts } = exchange
  const message = parseMessage(text, parts.lacks)
  if (isJsonObject(message)) return dispatch(message, exchange)
  if (Array.isArray(message) && parts.lacks('batch_served')) {
    return say(
      response,
      message.map(() => ({ jsonrpc: '2.0', result: {} })),
    )
  }
  const trace = parts.lacks('stack_trace_shown') ? new Error('unreadable').stack : ''
  response.writeHead(parts.lacks('server_error_on_input') ? 500 : 400).end(trace)
}

function parseMessage(text: string, lacks: Lacks): JsonValue | undefined {
  const strict = parseStrictJson(text)
  if (strict.ok) return strict.value
  if (strict.reason !== 'duplicate_member' || !lacks('duplicate_members_accepted')) return undefined
  return JSON.parse(text)
}

function say(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function dispatch(message: JsonObject, exchange: Exchange): Promise<void> {
  const { request, response, parts } = exchange
  const { method } = message
  const refusal = parts.sessions ? judgeSession(method, exchange) : judgeMethodHeader(method, exchange)
  if (refusal !== undefined) return void response.writeHead(refusal).end()
  const result = await run(message, exchange)
  if (typeof result === 'number') return void response.writeHead(result).end()
  if (request.method !== 'HEAD') say(response, { jsonrpc: '2.0', id: 1, result })
}

function judgeMethodHeader(method: unknown, { request, parts }: Exchange): number | undefined {
  return request.headers['mcp-method'] !== method && !parts.lacks('header_mismatch_served') ? 400 : undefined
}

function judgeSession(method: unknown, { request, response, parts }: Exchange): number | undefined {
  const { opened, lacks } = parts
  if (method === 'initialize') {
    const id = lacks('guessable_session_id') ? `session-${opened.size}` : randomUUID()
    opened.add(id)
    response.setHeader('mcp-session-id', id)
    return undefined
  }
  const session = request.headers['mcp-session-id']
  if (session === undefined) return 400
  return opened.has(String(session)) || lacks('unknown_session_served') ? undefined : 404
}

const readOnly = { annotations: { readOnlyHint: true } }
const tools = [
  { name: 'read', ...readOnly, inputSchema: { type: 'object' } },
  {
    name: 'fetch',
    ...readOnly,
    inputSchema: { type: 'object', required: ['url'], properties: { url: { type: 'string' } } },
  },
  { name: 'erase', inputSchema: { type: 'object' } },
]

async function run(message: JsonObject, { request, claims, parts }: Exchange): Promise<object | number> {
  const { lacks } = parts
  const params = isJsonObject(message.params) ? message.params : {}
  if (message.method === 'initialize') return { protocolVersion: '2025-11-25', capabilities: {} }
  if (message.method === 'tools/list') return { tools }
  if (message.method !== 'tools/call') return {}
  if (params.name === 'erase') throw new Error('an audit called a tool that writes')
  if (claims.scope !== 'read' && !lacks('scope_not_enforced')) return 403
  const taken = isJsonObject(params.arguments) ? params.arguments.url : undefined
  const { authorization = '' } = request.headers
  if (lacks('token_passthrough')) await fetch(String(taken), { headers: { authorization } })
  if (lacks('fetches_internal_urls')) await fetch(String(taken))
  return { content: [] }
}
