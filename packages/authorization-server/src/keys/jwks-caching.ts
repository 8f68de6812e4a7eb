/** For how long the published keys may be kept (RFC 9111 §5.2.2.1): less than a new one is published before it signs. */
import type { Middleware } from 'oidc-provider'

/** Creates middleware that says so; `maxAge` in seconds. */
export function createJwksCaching(maxAge: number): Middleware {
  return async (ctx, next) => {
    await next()
    if (ctx.path === '/jwks' && ctx.status === 200) ctx.set('Cache-Control', `public, max-age=${maxAge}`)
  }
}
