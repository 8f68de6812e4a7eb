/** Where issuers of attestations tell that one of their keys was stolen: RFC 8417 events, pushed (RFC 8935). */
import { createSecurityEventEndpoint } from '@countersign/attestation/trust'
import type { Context, Middleware } from 'oidc-provider'
import type { FollowedKeys } from './trusted-keys.ts'

/** Below the issuer. */
const EVENTS_PATH = '/security-events'

/** One octet more than an event may have, so that the endpoint sees that it is too long. */
const MOST_OCTETS = 16_385

/**
 * Creates the middleware. An event is answered with 202 once the tokens minted on the key's word are revoked, and that
 * is on the disk; with 503 while it cannot be brought there.
 */
export function createSecurityEvents(
  issuer: string,
  followed: FollowedKeys,
  tell: (event: string) => void,
): Middleware {
  const answer = createSecurityEventEndpoint(followed.trust, { audience: issuer })
  return async (ctx, next) => {
    if (ctx.path !== EVENTS_PATH) return next()
    const body = ctx.method === 'POST' ? await readStart(ctx) : undefined
    const response = await answer(toRequest(ctx, issuer, body))
    if (response.status === 202) tell(new TextDecoder().decode(body).trim())
    const settled = response.ok ? await isSettled(followed) : true
    ctx.status = settled ? response.status : 503
    for (const [name, value] of settled ? response.headers : [['Retry-After', '30'] as const]) ctx.set(name, value)
    ctx.body = settled ? await response.text() : ''
  }
}

async function isSettled(followed: FollowedKeys): Promise<boolean> {
  try {
    await followed.settled()
    return true
  } catch {
    return false
  }
}

function toRequest(ctx: Context, issuer: string, body: Uint8Array<ArrayBuffer> | undefined): Request {
  const headers = new Headers()
  for (const name of ['Content-Type', 'Content-Encoding']) {
    if (ctx.get(name) !== '') headers.set(name, ctx.get(name))
  }
  return new Request(`${issuer}${EVENTS_PATH}`, { method: ctx.method, headers, ...(body !== undefined && { body }) })
}

/** What is longer than any event is not read to its end. */
async function readStart(ctx: Context): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of ctx.req.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Uint8Array)) break
    chunks.push(chunk)
    size += chunk.length
    if (size >= MOST_OCTETS) {
      ctx.set('Connection', 'close')
      break
    }
  }
  return Buffer.concat(chunks, Math.min(size, MOST_OCTETS))
}
