/** A request made ready to be sent more than once: every octet at hand, so that a proof can cover them. */
import { AuthorizationRefused } from './authorization-refused.ts'
import { readBounded } from './bounded-bytes.ts'
import { requireSecureUrl } from './secure-url.ts'

/** What is sent, each time under a proof of its own. */
export interface OutgoingRequest {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  /** The octets; undefined where there is no body. */
  readonly content: Uint8Array<ArrayBuffer> | undefined
  readonly signal: AbortSignal | undefined
  /** What else the caller passed to fetch. */
  readonly init: RequestInit
}

/** Octets. */
const LARGEST_CONTENT = 8 * 1024 * 1024

/**
 * Reads the arguments of `fetch`.
 *
 * Redirects are never followed: the proof is for this URL, and the credentials for this server. A 3xx response is
 * handed back, or fails the request when the caller said `redirect: 'error'`.
 *
 * @throws AuthorizationRefused `insecure_url`; `credentials_in_request` for a caller's own `Authorization`, `DPoP` or
 * attestation header, which would be sent along, or silently lost; `content_too_large`
 */
export async function readOutgoingRequest(
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<OutgoingRequest> {
  // Before `new Request`, whose error quotes a password in a URL.
  const url = requireSecureUrl(input instanceof Request ? input.url : input, 'MCP server URL')
  const request = new Request(input instanceof Request ? input : url, { ...init, ...DUPLEX })
  for (const name of CREDENTIALS) {
    if (!request.headers.has(name)) continue
    throw new AuthorizationRefused(
      'credentials_in_request',
      `The request carries a header \`${name}\` of its own; agent.fetch adds its own credentials, remove that one.`,
    )
  }
  const content = request.body === null ? undefined : await readContent(request.body)
  return {
    url: new URL(request.url),
    method: request.method,
    headers: request.headers,
    content,
    signal: init?.signal ?? (input instanceof Request ? input.signal : undefined),
    init: { ...init, redirect: request.redirect === 'error' ? 'error' : 'manual' },
  }
}

/** With a header `OAuth-Client-Attestation-PoP` an attestation would not be in the mode that the agent proves in. */
const CREDENTIALS = ['authorization', 'dpop', 'oauth-client-attestation', 'oauth-client-attestation-pop']

/** What fetch demands of a caller whose body is a stream. */
const DUPLEX = { duplex: 'half' } as const

async function readContent(body: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const content = await readBounded(body, LARGEST_CONTENT)
  if (content !== undefined) return content
  throw new AuthorizationRefused(
    'content_too_large',
    `The request body is larger than ${LARGEST_CONTENT} bytes; it is held in memory to be covered by a proof.`,
  )
}
