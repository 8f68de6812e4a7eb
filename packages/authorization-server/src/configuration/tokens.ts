/** What is issued and for how long: JWT access tokens (RFC 9068), codes, refresh tokens. */
import type { AccessToken, Context, Ttl } from 'oidc-provider'

/** RFC 9864's name of EdDSA over Curve25519. */
export const SIGNING_ALGORITHM = 'Ed25519'

/** Seconds that an access token lives at most, whatever its resource says. */
export const MAX_TOKEN_LIFETIME = 3600

const MINUTE = 60
const DAY = 24 * 60 * MINUTE

/** Lifetimes in seconds. A family of refresh tokens ends with its grant, however often it was rotated. */
export const lifetimes = {
  AccessToken: tokenLifetime,
  ClientCredentials: tokenLifetime,
  AuthorizationCode: MINUTE,
  IdToken: 5 * MINUTE,
  Interaction: 10 * MINUTE,
  Session: DAY,
  RefreshToken: 14 * DAY,
  Grant: 30 * DAY,
} satisfies Record<string, Ttl>

function tokenLifetime(_ctx: Context, token: AccessToken): number {
  const lifetime = token.resourceServer?.accessTokenTTL
  if (lifetime === undefined) throw new Error('An access token without a resource is never issued.')
  return lifetime
}
