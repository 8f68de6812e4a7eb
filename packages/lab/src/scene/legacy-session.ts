/** Sessions of the older protocol versions, each request with a proof. */
import { type Holder, obtainNonce } from './agent.ts'
import type { Deployment } from './deployment.ts'
import { type Sending, send, signProof } from './wire.ts'

const protocolVersion = '2025-11-25'

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'test', version: '1' } },
})

/** A tool call as the older versions write it. */
export function legacyCall(id: number, name: string, args: Readonly<Record<string, unknown>> = {}) {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } }
}

/** A request of the older protocol versions, with a proof of the holder's. */
export async function prepareLegacy(
  { token, key }: Holder,
  resource: string,
  { method = 'POST', body, session }: { method?: string; body?: string; session?: string | undefined },
): Promise<Sending> {
  const nonce = await obtainNonce(resource)
  const content = body === undefined ? {} : { content: body }
  const dpop = await signProof(key, { method, url: resource, token, nonce, ...content })
  const headers = {
    accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
    'mcp-protocol-version': protocolVersion,
    authorization: `DPoP ${token}`,
    dpop,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
  }
  return { method, headers, ...(body === undefined ? {} : { body }) }
}

/** Opens a session at the first server; yields its id, as the client gets to see it. */
export async function openSession(holder: Holder, { a }: Pick<Deployment, 'a'>): Promise<string> {
  const answer = await send(a.resource, await prepareLegacy(holder, a.resource, { body: initialize }))
  if (answer.status !== 200) throw new Error(`no session: ${answer.status} ${answer.code}`)
  return String(answer.headers['mcp-session-id'])
}
