/** Sends a request under a token and a proof of its own (RFC 9449 §7.1). */
import { makeProof } from '@countersign/dpop'
import type { AgentParts } from './agent-parts.ts'
import { attestationHeader, obtainAttestation } from './attestation/obtain-attestation.ts'
import type { HeldToken } from './held-token.ts'
import type { OutgoingRequest } from './outgoing-request.ts'
import { readChallenge } from './resource-challenge.ts'
import { untilAborted } from './turns.ts'

/** What a request goes out with. */
export interface Carried {
  /** Undefined sends without any credentials. */
  readonly token: HeldToken | undefined
  /** Set when the server has called the last attestation too old. */
  readonly freshAttestation?: boolean
}

/**
 * Sends; when the server demands its nonce (RFC 9449 §9), once more, under a new proof.
 *
 * @returns the response, the answer to the second request where there were two
 * @throws AuthorizationRefused `attestation_unavailable`
 */
export async function sendRequest(
  parts: AgentParts,
  request: OutgoingRequest,
  { token, freshAttestation = false }: Carried,
): Promise<Response> {
  // An attestation is worth nothing without a proof of its key, and the agent makes none for a bearer token.
  if (token?.scheme !== 'DPoP') return sendOnce(parts, request, await makeCredentials(parts, request, token))
  const obtained = obtainAttestation(parts, token.attestation, freshAttestation)
  const attestation = await untilAborted(obtained, request.signal)
  const attested = attestation === undefined ? {} : { [attestationHeader]: attestation }
  const send = async () => sendOnce(parts, request, { ...attested, ...(await makeCredentials(parts, request, token)) })
  const response = await send()
  if (!demandsNonce(response)) return response
  discard(response)
  return send()
}

/** Lets go of a response that nobody will read. Not waited for: it takes for ever where a replaced fetch kept a clone. */
export function discard(response: Response): void {
  void response.body?.cancel().catch(() => undefined)
}

async function sendOnce(
  parts: AgentParts,
  request: OutgoingRequest,
  credentials: Readonly<Record<string, string>>,
): Promise<Response> {
  const headers = new Headers(request.headers)
  for (const [name, value] of Object.entries(credentials)) headers.set(name, value)
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
