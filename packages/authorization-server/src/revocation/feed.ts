/** The revocation feed: what resource servers poll that verify tokens by themselves. Public; it holds digests alone. */
import type { Context, Middleware } from 'oidc-provider'
import type { Revocations } from './revocations.ts'

/** Below the issuer. */
export const FEED_PATH = '/revocations'

const SEQUENCE = /^\d{1,15}$/

/** Creates the middleware; requests for other paths and methods pass through. */
export function createRevocationFeed(revocations: Revocations): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== FEED_PATH || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    ctx.set('Cache-Control', 'no-store')
    const { after = '0', epoch } = ctx.query
    if (typeof after !== 'string' || !SEQUENCE.test(after) || Array.isArray(epoch)) return refuse(ctx)
    ctx.body = await revocations.feed(Number(after), epoch)
  }
}

function refuse(ctx: Context): void {
  ctx.status = 400
  ctx.body = { error: 'invalid_request', error_description: 'after is a number, epoch a text, each given once' }
}
