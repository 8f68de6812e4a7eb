/** What a verified attestation says, in the words of those who decide on it. */
import type { AgentClaims } from '../claims/agent-claims.ts'
import type { AttestationLevel } from '../claims/ranks.ts'

/** An agent that somebody trusted has vouched for; all that a policy looks at. */
export interface AttestedAgent {
  readonly issuer: string
  /** How much the issuer's word counts here: from the trust list, never from the attestation. */
  readonly level: Exclude<AttestationLevel, 'none'>
  /** `key`: shown together with a proof by the instance's key. `single_use`: whoever held it could have shown it. */
  readonly binding: 'key' | 'single_use'
  readonly agent: AgentClaims
}

/** An attestation that was verified for one client at one audience. */
export interface VerifiedAttestation extends AttestedAgent {
  /** `sub`, which is the `client_id`. */
  readonly subject: string
  /** The `kid` of the key that signed it, where it has one: tokens minted from this attestation fall with that key. */
  readonly keyId: string | undefined
  /** RFC 7638 thumbprint of the key that signed it. */
  readonly keyThumbprint: string
  /** RFC 7638 thumbprint of the instance's key; absent for a single-use attestation. */
  readonly jkt: string | undefined
  /** NumericDate, without any tolerance. */
  readonly expires: number
  /** Now minus `iat`, seconds: for the histogram of clocks. Negative where the issuer's clock is ahead. */
  readonly skew: number
  /** The first characters of `jti`: all of it that a log may hold. */
  readonly shortId: string
}
