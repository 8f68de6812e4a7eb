/** What an issuer's tokens lack here because the configuration says so: told once, so that nobody does without unawares. */
import type { Weakening } from '@countersign/core'
import type { GuardOptions } from '../guard-options.ts'
import type { IssuerTrust } from './issuer-trust.ts'

/** What is known of an issuer beside what the operator wrote of it. */
interface Circumstances {
  readonly bearer: GuardOptions['bearer'] | undefined
  /** Whether it may publish what it has revoked. */
  readonly mayHaveFeed: boolean
  /** How many issuers are shown tokens that name none. */
  readonly opaqueIssuers: number
}

/** In constant words; `docs/issuers.md` says what each means. */
export function listLosses(
  trust: IssuerTrust,
  { bearer, mayHaveFeed, opaqueIssuers }: Circumstances,
): readonly Weakening[] {
  const { introspection, tokens = 'local' } = trust
  const losses: readonly (readonly [Weakening, boolean])[] = [
    ['no_sender_binding', bearer === 'allowed'],
    ['no_audience', introspection?.acceptMissingAudience === true],
    ['shared_audience', trust.acceptSeveralAudiences === true],
    ['no_token_type', trust.acceptPlainJwt === true || introspection?.acceptMissingTokenType === true],
    ['no_revocation', tokens === 'local' && !mayHaveFeed],
    ['opaque_tokens_shown_to_others', takesOpaque(trust) && opaqueIssuers > 1],
  ]
  return losses.flatMap(([loss, isLost]) => (isLost ? [loss] : []))
}

/** Whether the issuer is asked about tokens that do not name one. */
export function takesOpaque({ introspection }: IssuerTrust): boolean {
  return introspection !== undefined && introspection.opaque !== false
}
