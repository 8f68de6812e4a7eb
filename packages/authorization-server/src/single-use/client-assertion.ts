/** Client assertions: RFC 7523 §3, with one audience, a short life and one use (draft-ietf-oauth-rfc7523bis). */
import { CLOCK_DIFFERENCE, readCompactJws } from '@countersign/core'
import type { Context } from 'oidc-provider'
import { errors } from 'oidc-provider'

/** Seconds between `iat` and `exp`, at most. */
const MAX_LIFE = 300
const MAX_ID_LENGTH = 256

/** Assertions that were judged good and wait, on the same request, to be spent. */
const awaitingSpend = new WeakMap<Context, JudgedAssertion>()

/** What of a good assertion its spend needs. */
export interface JudgedAssertion {
  readonly jti: string
  /** When it could have been used first, NumericDate: for a store that has lost its memory. */
  readonly issued: number
}

/** Judges the claims of an assertion whose signature has been verified; throws `invalid_client`. */
export function checkClientAssertion(
  ctx: Context,
  issuer: string,
  claims: Readonly<Record<string, unknown>>,
  now: number,
): void {
  const { aud, exp, iat, jti, sub, iss } = claims
  const refuse: (problem: string) => never = (problem) => {
    throw new errors.InvalidClientAuth(`client assertion: ${problem}`)
  }
  // jose reads several texts as one credential; here each credential has one text.
  const assertion = ctx.oidc.params?.client_assertion
  if (typeof assertion !== 'string' || !readCompactJws(assertion).ok) refuse('not a strict compact JWS')
  // An array would let the token that was meant for another server authenticate here.
  if (aud !== issuer) refuse('aud is not the issuer, as one string')
  if (sub !== iss) refuse('sub is not iss')
  if (typeof exp !== 'number' || typeof iat !== 'number') refuse('exp and iat are required')
  if (exp - iat > MAX_LIFE) refuse('lives too long')
  if (iat > now + CLOCK_DIFFERENCE) refuse('iat lies ahead')
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID_LENGTH) refuse('jti is required')
  // It may be dated ahead of our clock, as far as above. That ours may be ahead of the store's is the store's to add.
  awaitingSpend.set(ctx, { jti, issued: iat - CLOCK_DIFFERENCE })
}

/** Yields, once, the assertion that was judged on this request, when that is what is being spent now. */
export function takeAssertion(ctx: Context, jti: string): JudgedAssertion | undefined {
  const assertion = awaitingSpend.get(ctx)
  if (assertion?.jti !== jti) return undefined
  awaitingSpend.delete(ctx)
  return assertion
}
