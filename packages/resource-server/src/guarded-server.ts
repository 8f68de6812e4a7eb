/** An MCP handler behind the guard: judges, hands on what passed, answers the rest. */
import { protectedResourceMetadataUrl } from '@countersign/core/wire'
import type { AuthInfo } from './auth-info.ts'
import { established } from './call.ts'
import { knownHost } from './checks/known-host.ts'
import { secureTransport } from './checks/secure-transport.ts'
import { ConfigurationError } from './configuration-error.ts'
import { judge } from './decide.ts'
import type { GuardContext } from './guard-context.ts'
import { exchange } from './handler-exchange.ts'
import type { IncomingCall } from './incoming-call.ts'
import { createLegacyRefusal } from './legacy/legacy-response.ts'
import { assertDeclaredNames, type NamingTables } from './mcp/declared-names.ts'
import type { Policy } from './policy.ts'
import { createPreflightResponse, exposeTo, findAllowedOrigin } from './response/cors.ts'
import { createRefusal } from './response/refusal.ts'
import { readWebRequest } from './web-request.ts'

/** What `createMcpHandler` of the MCP SDK yields, or anything of that shape. */
export interface McpHandler {
  fetch(request: Request, options?: { authInfo?: AuthInfo; parsedBody?: unknown }): Promise<Response>
}

/** To be exported as a module's default, or served by `./node`. */
export interface GuardedServer {
  /**
   * Resolves once every name in the guard's tables was found on the server; rejects with `ConfigurationError`
   * otherwise, and then nothing is served. `./node` awaits it before it listens; elsewhere the first call does.
   */
  ready(): Promise<void>
  /** Serves the endpoint, its CORS preflight, the metadata documents, and `securityEvents`; anything else is 404. */
  fetch(request: Request): Promise<Response>
  /** The same for an adapter with access to raw headers and bytes. */
  serve(incoming: IncomingCall): Promise<Response>
}

/** Puts `handler` behind the policy; `tables` are checked against what it has. */
export function createGuardedServer(
  handler: McpHandler,
  tables: NamingTables,
  context: GuardContext,
  policy: Policy,
): GuardedServer {
  let names: Promise<void> | undefined
  const ready = () => (names ??= assertDeclaredNames(tables, handler, context.endpoint).catch(forgetFailure))
  const metadataPaths = listMetadataPaths(context)
  const endpointPath = new URL(context.endpoint).pathname

  /** That the policy doesn't fit will stay so; a server that could not answer may do so next time. */
  function forgetFailure(error: unknown): never {
    if (!(error instanceof ConfigurationError)) names = undefined
    throw error
  }

  async function serve(incoming: IncomingCall): Promise<Response> {
    const { pathname } = new URL(incoming.url)
    if (metadataPaths.has(pathname)) return serveMetadata(incoming, context)
    if (pathname === context.securityEvents?.path) return serveSecurityEvent(incoming, context)
    if (pathname !== endpointPath) return new Response(null, { status: 404 })
    await ready()
    const origin = findAllowedOrigin(incoming, context.origins)
    if (incoming.method === 'OPTIONS' && origin !== undefined) return createPreflightResponse(origin)
    const response = await serveCall(incoming, handler, context, policy)
    if (origin !== undefined) exposeTo(origin, response.headers)
    return response
  }

  return { ready, serve, fetch: (request) => serve(readWebRequest(request)) }
}

/** RFC 9728 §3.1 puts the path behind the well-known prefix; the bare form is where older clients look. */
function listMetadataPaths({ resource }: GuardContext): ReadonlySet<string> {
  const { pathname } = new URL(protectedResourceMetadataUrl(resource))
  return new Set([pathname, '/.well-known/oauth-protected-resource'])
}

/** Public: any page may read it, and say which protocol it speaks while it does. */
function serveMetadata({ method }: IncomingCall, { metadata }: GuardContext): Response {
  const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'MCP-Protocol-Version' }
  switch (method) {
    case 'GET':
    case 'HEAD':
      return Response.json(metadata, { headers: { ...headers, 'cache-control': 'public, max-age=300' } })
    case 'OPTIONS':
      return new Response(null, { status: 204, headers })
    default:
      return new Response(null, { status: 405, headers: { allow: 'GET, HEAD, OPTIONS' } })
  }
}

/** Not for browsers, and not for callers: whoever comes under the right name, over TLS, is judged by what it brings. */
async function serveSecurityEvent(incoming: IncomingCall, context: GuardContext): Promise<Response> {
  const objection = (await secureTransport({ incoming }, context)) ?? (await knownHost({ incoming }, context))
  if (objection !== undefined) return createRefusal(objection.rejection, undefined, context)
  return established(context.securityEvents).receive(incoming)
}

async function serveCall(
  incoming: IncomingCall,
  handler: McpHandler,
  context: GuardContext,
  policy: Policy,
): Promise<Response> {
  const { call, decision } = await judge(incoming, context, policy)
  if (!decision.allowed) {
    return createLegacyRefusal(call, decision, context) ?? createRefusal(decision.rejection, decision.nonce, context)
  }
  return exchange(handler, call, decision, context, policy)
}
