/** Assertions that are being spent while their request goes on: one write to the disk then serves proof and assertion. */
import { type Context, errors, type Middleware } from 'oidc-provider'
import type { Log } from '../log.ts'

/** By request: resolves to true when the assertion was spent, to false when it had been before. */
const pending = new WeakMap<Context, Promise<boolean>>()

/**
 * True for a request on which nothing is done before its proof is spent, and nothing else needs the client: the spend of
 * the proof waits for that of the assertion, and so does every answer.
 */
export function mayGoOn(ctx: Context): boolean {
  const { route, params } = ctx.oidc
  return route === 'token' && params?.grant_type === 'client_credentials' && ctx.get('DPoP') !== ''
}

/** Lets the request go on; `settleAssertion` has to follow. */
export function letGoOn(ctx: Context, spent: Promise<boolean>): void {
  // Whoever settles it sees it fail.
  spent.catch(() => undefined)
  pending.set(ctx, spent)
}

/** Waits until the assertion of a request, if there is one, is spent; throws `invalid_client` when it had been before. */
export async function settleAssertion(ctx: Context): Promise<void> {
  const spent = pending.get(ctx)
  if (spent === undefined) return
  pending.delete(ctx)
  if (!(await spent)) throw new errors.InvalidClientAuth('client assertion used before')
}

/** Creates middleware that settles what no proof did, before the answer, which was a refusal, leaves. */
export function createAssertionSettlement(log: Log): Middleware {
  return async (ctx, next) => {
    await next()
    try {
      await settleAssertion(ctx)
    } catch (error) {
      if (!(error instanceof errors.OIDCProviderError)) throw error
      log({ type: 'token_refused', error: error.error })
      ctx.status = error.statusCode
      ctx.body = { error: error.error, error_description: error.error_description }
    }
  }
}
