/** The endpoint that security events are pushed to (RFC 8935 §2). */
import type { Trust } from '../trust/trust.ts'
import type { SecurityEventRefusal } from './verify-security-event.ts'

/** What an endpoint answers for. */
export interface SecurityEventEndpointOptions {
  /** What `aud` of an event has to be, to the letter: the identifier of this server. */
  readonly audience: string
}

const MEDIA_TYPE = 'application/secevent+jwt'
const MOST_OCTETS = 16_384

/** One generic sentence for each code: whoever sent it may be anybody. */
const DESCRIPTIONS: Readonly<Record<Exclude<SecurityEventRefusal, 'unavailable'>, string>> = {
  invalid_request: 'The request body is not a security event that is understood here.',
  invalid_key: 'The key that signed the security event is not known here.',
  invalid_issuer: 'The issuer of the security event is not trusted here.',
  invalid_audience: 'The security event is for another recipient.',
  authentication_failed: 'The security event is not signed by a key that may say so.',
}

/**
 * Yields a handler: 202 once the key is out of trust, also after a restart; 400 with `err` and `description` for what
 * will never be taken; 405, 413, 415; 503 for what is to be sent again. It needs no other authentication than the
 * event's own signature. How long a body may take is the listener's to bound.
 */
export function createSecurityEventEndpoint(
  trust: Pick<Trust, 'receive'>,
  { audience }: SecurityEventEndpointOptions,
): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'POST') return new Response(null, { status: 405, headers: { allow: 'POST' } })
    const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
    if (type !== MEDIA_TYPE || request.headers.has('content-encoding')) return new Response(null, { status: 415 })
    const text = await readBody(request)
    if (text === undefined) return new Response(null, { status: 413 })
    const result = await trust.receive(text.trim(), audience)
    if (result.ok) return new Response(null, { status: 202 })
    if (result.code === 'unavailable') return new Response(null, { status: 503, headers: { 'retry-after': '30' } })
    const { code } = result
    const headers = { 'content-language': 'en', 'cache-control': 'no-store' }
    return Response.json({ err: code, description: DESCRIPTIONS[code] }, { status: 400, headers })
  }
}

/** `undefined` for a body that is too long; what broke off is no event. */
async function readBody({ body }: Request): Promise<string | undefined> {
  if (body === null) return ''
  const decoder = new TextDecoder()
  let octets = 0
  let text = ''
  try {
    for await (const chunk of body) {
      octets += chunk.byteLength
      if (octets > MOST_OCTETS) return undefined
      text += decoder.decode(chunk, { stream: true })
    }
  } catch {
    return ''
  }
  return text + decoder.decode()
}
