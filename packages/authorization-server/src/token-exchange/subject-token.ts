/** The token that is exchanged: one of our own, bound to a key, that still stands. */
import type { Capability } from '@countersign/capability'
import { errors, type Provider } from 'oidc-provider'
import { type CapabilityParts, keepLive } from '../capabilities/authorization-details.ts'
import { describeToken, findStandingToken } from '../introspection/token-models.ts'
import type { UserStore } from '../store/users.ts'
import { type Delegation, readDelegation } from './delegation-claims.ts'

/** What of it matters to what may come out of it. */
export interface SubjectToken extends Delegation {
  readonly jti: string
  /** The digest of the grant that a person gave, when one did. */
  readonly grant: string | undefined
  readonly clientId: string
  readonly subject: string
  /** RFC 7638 thumbprint of the key that it is bound to. */
  readonly key: string
  readonly audience: string
  readonly scopes: readonly string[]
  /** Those that are not over. */
  readonly capabilities: readonly Capability[]
  /** NumericDate. */
  readonly expires: number
}

/** What finding it takes. */
export interface SubjectParts extends CapabilityParts {
  readonly users: UserStore
}

/** Throws `invalid_grant` for anything else; who asks learns no more of a token that is somebody else's. */
export async function findSubjectToken(provider: Provider, parts: SubjectParts, text: string): Promise<SubjectToken> {
  const token = await findStandingToken(provider, text)
  // One that is over within the second leaves no time for another.
  if (token === undefined || token.exp - parts.now() < 1) throw new errors.InvalidGrant('no such token stands')
  const { jti, grant, clientId, subject, key } = describeToken(token)
  const { aud, exp, scope } = token
  // Whoever holds one that is not bound may be anybody.
  if (key === undefined || aud === undefined) throw new errors.InvalidGrant('the subject token is not bound to a key')
  if (grant !== undefined && !(await parts.users.has(subject))) throw new errors.InvalidGrant('the person is gone')
  return {
    ...readDelegation(token.extra),
    jti,
    grant,
    clientId,
    subject,
    key,
    audience: aud,
    scopes: scope?.split(' ') ?? [],
    capabilities: await keepLive(parts, token.rar, aud),
    expires: exp,
  }
}
