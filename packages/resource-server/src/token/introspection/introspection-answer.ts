/** Judges what an issuer says of a token (RFC 7662 §2.2), as strictly as if it had signed it. */
import { type JsonObject, type JsonValue, type Result, refuse } from '@countersign/core'
import { FetchFailed } from '../bounded-fetch.ts'
import { type ClaimedToken, type ClaimRules, readTokenClaims } from '../token-claims.ts'

/** How an issuer's answers may differ. */
export interface AnswerRules extends ClaimRules {
  readonly acceptMissingTokenType: boolean
}

/**
 * Refuses `invalid_token`: `inactive`, or the member that is wrong. Throws `FetchFailed` for what is no answer at all.
 * `exp` has to be there, though RFC 7662 leaves it open: nobody could tell when to stop believing the answer.
 */
export function readIntrospectionAnswer(answer: JsonObject, rules: AnswerRules): Result<ClaimedToken> {
  if (answer.active === false) return refuse('invalid_token', 'inactive')
  if (answer.active !== true) throw new FetchFailed('active')
  if (answer.iss !== undefined && answer.iss !== rules.issuer) return refuse('invalid_token', 'issuer')
  if (!isAccessToken(answer, rules)) return refuse('invalid_token', 'token_type')
  const claims = readTokenClaims(withSubject(answer, rules), rules)
  const unbound = claims.ok && claims.value.jkt === undefined
  return unbound && [answer.token_type, answer.typ].some((type) => nameOf(type) === 'dpop')
    ? refuse('invalid_token', 'cnf')
    : claims
}

/**
 * Issuers call refresh tokens active too: those are for the issuer alone. Where there is no `token_type`, `typ` may say
 * the same (Keycloak); `token_use` tells in words of its own (Ory, Cognito).
 */
function isAccessToken(answer: JsonObject, rules: AnswerRules): boolean {
  const { token_use: use, typ, token_type: type = typ } = answer
  if (use !== undefined && use !== 'access_token' && use !== 'access') return false
  return type === undefined ? rules.acceptMissingTokenType : ['bearer', 'dpop'].includes(nameOf(type))
}

/** Token types compare without case (RFC 6749 §5.1). */
function nameOf(type: JsonValue | undefined): string {
  return typeof type === 'string' ? type.toLowerCase() : ''
}

/** Where no user is involved the client acts for itself (RFC 9068 §2.2), and an answer may leave `sub` out. */
function withSubject(answer: JsonObject, { clientIdClaim }: AnswerRules): JsonObject {
  const client = Object.hasOwn(answer, clientIdClaim) ? answer[clientIdClaim] : undefined
  return answer.sub !== undefined || client === undefined ? answer : { ...answer, sub: client }
}
