/** An honest agent in the fewest words: gets a token, proves each call. What it sends can be kept, as an attacker would. */

import { recordedFetch } from '../recording/recording.ts'
import type { Deployment } from './deployment.ts'
import { type AgentKey, type Answer, createAgentKey, type Sending, send, signAssertion, signProof } from './wire.ts'

/** A token with the key that it is bound to. */
export interface Holder {
  readonly token: string
  readonly key: AgentKey
}

/** Gets a token by client credentials; bound to a fresh key, or to none for the Bearer client. */
export async function obtainToken(
  deployment: Deployment,
  { resource = deployment.a.resource, scope = 'notes:read', bearer = false } = {},
): Promise<Holder> {
  const client = bearer ? deployment.bearerClient : deployment.client
  return requestToken(deployment.issuer, client, { resource, scope, bearer })
}

/** The same, of any issuer. */
export async function requestToken(
  issuer: string,
  client: Deployment['client'],
  { resource, scope = 'notes:read', bearer = false }: { resource: string; scope?: string; bearer?: boolean },
): Promise<Holder> {
  const key = await createAgentKey()
  const endpoint = await findTokenEndpoint(issuer)
  const request = async (nonce?: string) =>
    send(endpoint, {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(bearer ? {} : { dpop: await signProof(key, { url: endpoint, ...(nonce === undefined ? {} : { nonce }) }) }),
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource,
        scope,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: await signAssertion(client, issuer),
      }).toString(),
    })
  const first = await request()
  const answer = first.nonce !== undefined && first.status === 400 ? await request(first.nonce) : first
  const { access_token: token } = JSON.parse(answer.body) as { access_token?: string }
  if (token === undefined) throw new Error(`no token: ${answer.status} ${answer.body}`)
  return { token, key }
}

async function findTokenEndpoint(issuer: string): Promise<string> {
  const response = await recordedFetch(`${issuer}/.well-known/oauth-authorization-server`)
  const { token_endpoint: endpoint } = (await response.json()) as { token_endpoint: string }
  return endpoint
}

/** A JSON-RPC request of the modern era. */
export function rpc(method: string, params: Record<string, unknown> = {}, id: number | string = 1): string {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta } })
}

/** A tool call of the modern era. */
export function toolCall(name: string, args: Record<string, unknown> = {}): string {
  return rpc('tools/call', { name, arguments: args })
}

/** Headers that go with a modern body, so that the MCP server takes it. */
export function modernHeaders(body: string): Record<string, string> {
  const { method, params } = JSON.parse(body) as { method: string; params: { name?: string; uri?: string } }
  const name = params.name ?? params.uri
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
  }
}

/** The server's current nonce, as its challenge tells it. */
export async function obtainNonce(resource: string): Promise<string> {
  const { nonce } = await send(resource, {})
  if (nonce === undefined) throw new Error('the challenge carries no nonce')
  return nonce
}

/** The request of one proven call, ready to be sent: once by the agent, and again by whoever captured it. */
export async function prepareCall(holder: Holder, resource: string, body: string): Promise<Sending> {
  const proof = await signProof(holder.key, {
    url: resource,
    token: holder.token,
    nonce: await obtainNonce(resource),
    content: body,
  })
  return { headers: { ...modernHeaders(body), authorization: `DPoP ${holder.token}`, dpop: proof }, body }
}

/** Makes one proven call; with further headers, such as an attestation's. */
export async function callTool(
  holder: Holder,
  resource: string,
  body: string,
  headers: Readonly<Record<string, string | string[]>> = {},
): Promise<Answer> {
  const call = await prepareCall(holder, resource, body)
  return send(resource, { ...call, headers: { ...call.headers, ...headers } })
}
