/** Sends a request under a token and a proof of its own (RFC 9449 §7.1). */
import { makeProof } from '@countersign/dpop'
import type { AgentParts } from './agent-parts.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import type { HeldToken } from './resource-authorization.ts'
import { readChallenge } from './resource-challenge.ts'

/**
 * Sends; when the server demands its nonce (RFC 9449 §9), once more, under a new proof.
 *
 * @param token undefined sends without any credentials
 * @returns the response, the answer to the second request where there were two
 */
export async function sendRequest(
  parts: AgentParts,
  request: OutgoingRequest,
  token: HeldToken | undefined,
): Promise<Response> {
  const response = await sendOnce(parts, request, token)
  if (token?.scheme !== 'DPoP' || !demandsNonce(response)) return response
  discard(response)
  return sendOnce(parts, request, token)
}

/** Lets go of a response that nobody will read. Not waited for: it takes for ever where a replaced fetch kept a clone. */
export function discard(response: Response): void {
  void response.body?.cancel().catch(() => undefined)
}

async function sendOnce(parts: AgentParts, request: OutgoingRequest, token: HeldToken | undefined): Promise<Response> {
  const headers = new Headers(request.headers)
  for (const [name, value] of Object.entries(await makeCredentials(parts, request, token))) headers.set(name, value)
  const response = await parts.fetch(request.url.href, {
    ...request.init,
    method: request.method,
    headers,
    body: request.content ?? null,
    signal: request.signal ?? null,
  })
  parts.nonces.observe('resource_server', request.url, response.headers)
  return response
}

async function makeCredentials(
  { key, nonces, clock }: AgentParts,
  { method, url, content }: OutgoingRequest,
  token: HeldToken | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (token === undefined) return {}
  const authorization = `${token.scheme} ${token.accessToken}`
  if (token.scheme === 'Bearer') return { authorization }
  const nonce = nonces.current('resource_server', url)
  const dpop = await makeProof(key, {
    method,
    url: `${url.origin}${url.pathname}`,
    accessToken: token.accessToken,
    issuedAt: Math.floor(clock()),
    ...(nonce === undefined ? {} : { nonce }),
    ...(content === undefined ? {} : { content }),
  })
  return { authorization, dpop }
}

function demandsNonce(response: Response): boolean {
  return (
    response.status === 401 && response.headers.has('dpop-nonce') && readChallenge(response)?.error === 'use_dpop_nonce'
  )
}
