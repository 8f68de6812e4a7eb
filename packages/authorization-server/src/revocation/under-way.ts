/** Requests that had begun when something was revoked: what they looked at had fallen by the time they were answered. */
import { type AccessToken, errors, type Provider, type Session } from 'oidc-provider'
import { digestId } from '../store/artefact-store.ts'
import type { Revocations } from './revocations.ts'

/**
 * Seconds. Both times are whole seconds, one rounded down and one up: whoever logs in right after the revocation is let
 * in, though it looks as if they had before.
 */
const SAME_MOMENT = 2

/**
 * Makes `provider` look again once it has made something: whoever revokes meanwhile either finds what was made, or is found
 * here. No access token is given on a grant that fell with its client or its person, whose entry in the list says nothing
 * of what is issued later. (One on a grant that is listed itself is dead on arrival.) And no session outlives the
 * revocation of its person: the library keeps what it read at the beginning of a request again at its end.
 */
export function endRequestsUnderWay(provider: Provider, revocations: Revocations): void {
  const { AccessToken: Token, Session: Sessions, Grant } = provider
  const isUnlisted = async (grantId: string): Promise<boolean> =>
    (await Grant.find(grantId)) === undefined && !(await revocations.isGrantRevoked(digestId(grantId)))
  const issue = Token.prototype.save
  Token.prototype.save = async function issueIfStanding(this: AccessToken) {
    const token = await issue.call(this)
    if (this.grantId === undefined || !(await isUnlisted(this.grantId))) return token
    throw new errors.InvalidGrant('the grant was revoked')
  }
  const keep = Sessions.prototype.save
  Sessions.prototype.save = async function keepIfStanding(this: Session, lifetime: number) {
    const value = await keep.call(this, lifetime)
    const { accountId, loginTs = 0 } = this
    if (accountId === undefined) return value
    if (await revocations.isSubjectRevoked(accountId, loginTs + SAME_MOMENT)) await this.destroy()
    return value
  }
}
