/** Answers what no route answered: wrong path, wrong method. */
import type { Middleware } from 'oidc-provider'
import { renderErrorPage } from '../pages/error.ts'

const METHODS = new Map([
  ['/token', 'POST, OPTIONS'],
  ['/authorize', 'GET'],
  ['/jwks', 'GET, HEAD, OPTIONS'],
  ['/.well-known/oauth-authorization-server', 'GET, HEAD, OPTIONS'],
  ['/.well-known/openid-configuration', 'GET, HEAD, OPTIONS'],
])

/** Middleware around all others; sets `nosniff` on every answer too. */
export const answerStrays: Middleware = async (ctx, next) => {
  ctx.set('X-Content-Type-Options', 'nosniff')
  await next()
  if (ctx.status !== 404 || (ctx.body !== undefined && ctx.body !== null)) return
  const allowed = METHODS.get(ctx.path)
  const out =
    allowed === undefined
      ? { error: 'not_found', error_description: 'nothing is served here' }
      : { error: 'invalid_request', error_description: `this endpoint takes ${allowed}` }
  if (allowed !== undefined) ctx.set('Allow', allowed)
  ctx.status = allowed === undefined ? 404 : 405
  if (ctx.accepts('json', 'html') === 'html') renderErrorPage(ctx, out)
  else ctx.body = out
}
