/** Issuers as the operator trusts them, with all that is needed to judge their tokens at hand. */
import type { Clock, Events, Verifier } from '@countersign/core'
import type { GuardOptions } from '../guard-options.ts'
import type { ScopeExpansion } from '../policy/scope-hierarchy.ts'
import type { AccessToken } from './access-token.ts'
import type { Introspector } from './introspection/introspector.ts'
import type { JwtRules } from './jwt-access-token.ts'
import type { RevocationFeed } from './revocation/revocation-feed.ts'
import type { ClaimedToken } from './token-claims.ts'

/** What the token reader and the checks know of an issuer. */
export interface TrustedIssuer {
  readonly issuer: string
  /** What it calls this server. */
  readonly audience: string
  /** Whether a token without any audience will do; such a one never comes as a JWT. */
  readonly acceptMissingAudience: boolean
  readonly jwt: JwtRules
  /** Whether it is asked about its JWTs, instead of verifying them here. */
  readonly introspectsJwts: boolean
  /** Whether it is shown tokens that do not name an issuer. */
  readonly takesOpaque: boolean
  readonly introspector?: Introspector
  readonly feed?: RevocationFeed
  /** Makes an access token of claims that the issuer vouched for; `ath` is the digest of the token. */
  readonly complete: (claims: ClaimedToken, source: AccessToken['source'], ath: string) => Promise<AccessToken>
}

/** What trusting needs. */
export interface TrustContext extends Pick<GuardOptions, 'resource' | 'bearer'> {
  readonly verifier: Verifier
  readonly clock: Clock
  readonly events: Events | undefined
  /** For all issuers; default: for each one a fetch that reaches what its operator meant. */
  readonly fetch: typeof fetch | undefined
  readonly expandScopes: ScopeExpansion
  /** Called when more of an issuer's tokens are known to be revoked. */
  readonly onRevocation: () => void
}
