/** One consent, one answer to the client: of any number of requests that come back with it, one gets through. */
import { type Ledger, spendKey, type Verifier } from '@countersign/core'
import type { Middleware, Provider } from 'oidc-provider'
import { answered, sendExplanation } from '../pages/error.ts'

/** What it needs. */
export interface DeliveryParts {
  readonly provider: Provider
  readonly ledger: Ledger
  readonly verifier: Verifier
}

/** Where the library takes an interaction up again. */
const ROUTE = /^\/authorize\/([\w-]{1,128})$/

/** An interaction lives ten minutes; the spend outlives it, whatever the clocks say. */
const MARGIN = 60

/**
 * Creates the middleware, which stands before the library's own route. The library looks for the interaction and then
 * removes it; two requests at once would both find it, and each get a code.
 */
export function createSingleDelivery({ provider, ledger, verifier }: DeliveryParts): Middleware {
  return async (ctx, next) => {
    const [, uid] = ROUTE.exec(ctx.path) ?? []
    // Without the cookie the library refuses; knowing an address must not be enough to spend it.
    if (uid === undefined || ctx.cookies.get(provider.cookieName('resume'), { signed: true }) !== uid) return next()
    const interaction = await provider.Interaction.find(uid)
    if (interaction?.result?.consent === undefined) return next()
    const key = await spendKey(verifier, ['consent', provider.issuer, uid])
    const { spent } = await ledger.spend([{ kind: 'nonce', key, limit: 1, until: interaction.exp + MARGIN }])
    return spent ? next() : sendExplanation(ctx, 400, answered)
  }
}
