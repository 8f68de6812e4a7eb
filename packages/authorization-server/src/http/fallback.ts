/** Around all routes: headers of every answer, and the answers that no route gives: wrong path, wrong method, a fault. */
import type { Context, Middleware } from 'oidc-provider'
import { describeServerError, type Log } from '../log.ts'
import { renderErrorPage } from '../pages/error.ts'
import { TemporarilyUnavailable } from '../store/unavailable.ts'

const METHODS = new Map([
  ['/token', 'POST, OPTIONS'],
  ['/introspect', 'POST, OPTIONS'],
  ['/revoke', 'POST, OPTIONS'],
  ['/revocations', 'GET, HEAD'],
  ['/authorize', 'GET'],
  ['/jwks', 'GET, HEAD, OPTIONS'],
  ['/.well-known/oauth-authorization-server', 'GET, HEAD, OPTIONS'],
  ['/.well-known/openid-configuration', 'GET, HEAD, OPTIONS'],
])

/** For pages of the library's own (`response_mode=form_post`); it adds the digest of its script to `script-src`. */
const LIBRARY_POLICY = "default-src 'none'; script-src; frame-ancestors 'none'; base-uri 'none'"

/** What cannot be asked is looked at about once a second. */
const RETRY_SECONDS = '2'

/** Creates the outermost middleware. */
export function createFallback(log: Log): Middleware {
  return async (ctx, next) => {
    ctx.set('X-Content-Type-Options', 'nosniff')
    ctx.set('Content-Security-Policy', LIBRARY_POLICY)
    // Addresses here hold states and interactions, and redirects from here codes (RFC 9700 §4.2.4).
    ctx.set('Referrer-Policy', 'no-referrer')
    try {
      await next()
    } catch (error) {
      if (!(error instanceof TemporarilyUnavailable)) {
        log(describeServerError(error))
        return refuse(ctx, 500, 'server_error', 'something went wrong here')
      }
      refuse(ctx, error.statusCode, error.message, error.error_description)
    }
    if (ctx.status === 503 && !ctx.res.hasHeader('Retry-After')) ctx.set('Retry-After', RETRY_SECONDS)
    if (ctx.status !== 404 || (ctx.body !== undefined && ctx.body !== null)) return
    const allowed = METHODS.get(ctx.path)
    if (allowed === undefined) return refuse(ctx, 404, 'not_found', 'nothing is served here')
    ctx.set('Allow', allowed)
    refuse(ctx, 405, 'invalid_request', `this endpoint takes ${allowed}`)
  }
}

function refuse(ctx: Context, status: number, error: string, description: string): void {
  ctx.status = status
  const out = { error, error_description: description }
  if (ctx.accepts('json', 'html') === 'html') renderErrorPage(ctx, out)
  else ctx.body = out
}
