/** The claims that make a token an exchanged one, from where they are decided to where the token is written. */
import type { ActorClaim } from '@countersign/core/wire'
import type { Context } from 'oidc-provider'

/** As they stand in the token; see `AccessTokenClaims`. */
export interface ExchangedClaims {
  readonly grant_id?: string
  readonly act?: ActorClaim
  readonly may_act?: { readonly sub: string }
  readonly derived_from: readonly string[]
  readonly derived_keys?: readonly string[]
}

const claimsByRequest = new WeakMap<Context, ExchangedClaims>()

/** Sets them for the token that the request is about to get. */
export function setExchangedClaims(ctx: Context, claims: ExchangedClaims): void {
  claimsByRequest.set(ctx, claims)
}

/** What was set; undefined for requests of other grants. */
export function findExchangedClaims(ctx: Context): ExchangedClaims | undefined {
  return claimsByRequest.get(ctx)
}
