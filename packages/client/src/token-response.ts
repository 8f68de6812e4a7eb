/** Judges what a token endpoint answers (RFC 6749 §5.1, RFC 9449 §5). */
import type { Capability } from '@countersign/capability'
import { readCompactJws } from '@countersign/core'
import { parseScope } from '@countersign/core/wire'
import { AuthorizationRefused } from './authorization-refused.ts'
import { type CapabilityBounds, readGrantedCapabilities } from './capability/granted-capabilities.ts'
import { membersOf } from './json-members.ts'

/** An issued token. */
export interface IssuedToken {
  readonly accessToken: string
  readonly scheme: 'DPoP' | 'Bearer'
  readonly scopes: readonly string[]
  /** Seconds, where the server says. */
  readonly lifetime: number | undefined
  readonly refreshToken: string | undefined
  /** None, unless some were asked for. */
  readonly capabilities: readonly Capability[]
  /** NumericDate that the times of the capabilities are by. */
  readonly issuedAt: number
}

/** What the response must fit. */
export interface TokenExpectation {
  /** Scopes asked for; undefined when the choice was left to the server. */
  readonly scopes: readonly string[] | undefined
  /** RFC 7638 thumbprint of the proof key. */
  readonly thumbprint: string
  readonly bearer: 'refused' | 'allowed'
  /** NumericDate. */
  readonly now: number
  /** None where left out. */
  readonly capabilities?: CapabilityBounds
}

/** RFC 9110 §11.2 `token68`: also keeps a token from breaking out of its header. */
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*$/

/** Octets; Node's servers take headers up to 16 KiB in all. */
const LONGEST = 8192

/**
 * Validates a token response.
 *
 * @throws AuthorizationRefused `token_response_invalid`, `bearer_token_refused`, `token_not_bound`, `scope_exceeded`,
 * `capability_exceeded`
 */
export function parseTokenResponse(document: unknown, expected: TokenExpectation): IssuedToken {
  const members = membersOf(document)
  const { access_token, token_type, expires_in, scope, refresh_token } = members
  if (!isAccessToken(access_token)) throw invalid('access_token')
  if (refresh_token !== undefined && !isRefreshToken(refresh_token)) throw invalid('refresh_token')
  const scheme = parseTokenType(token_type, expected.bearer)
  if (scheme === 'DPoP') requireBinding(access_token, expected.thumbprint)
  const answered = { document: members, accessToken: access_token, now: expected.now }
  return {
    accessToken: access_token,
    scheme,
    scopes: parseGrantedScopes(scope, expected.scopes),
    lifetime: parseLifetime(expires_in),
    refreshToken: refresh_token,
    ...readGrantedCapabilities(answered, expected.capabilities ?? { asked: [] }),
  }
}

/** Whether a value has the shape of an access token. */
export function isAccessToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST && TOKEN68.test(value)
}

/** RFC 6749 Appendix A.17: any VSCHAR, as it travels in a form. */
function isRefreshToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST && /^[\x20-\x7e]+$/.test(value)
}

function parseTokenType(type: unknown, bearer: 'refused' | 'allowed'): 'DPoP' | 'Bearer' {
  const name = typeof type === 'string' ? type.toLowerCase() : undefined
  if (name === 'dpop') return 'DPoP'
  if (name !== 'bearer') throw invalid('token_type')
  if (bearer === 'allowed') return 'Bearer'
  throw new AuthorizationRefused(
    'bearer_token_refused',
    'The authorization server issued a bearer token; enable DPoP (RFC 9449) for this client there.',
  )
}

/** Where the token can be read, it must say that it is bound to our key (RFC 9449 §6.1); opaque ones are believed. */
function requireBinding(accessToken: string, thumbprint: string): void {
  const jws = readCompactJws(accessToken)
  if (!jws.ok) return
  const { cnf } = jws.value.payload
  const jkt = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : undefined
  if (jkt === thumbprint) return
  throw new AuthorizationRefused(
    'token_not_bound',
    "The access token is not bound to this agent's key, though it is called a DPoP token.",
  )
}

/** A missing scope means the one asked for (RFC 6749 §5.1); one that was not asked for would arm the agent. */
function parseGrantedScopes(scope: unknown, asked: readonly string[] | undefined): readonly string[] {
  if (scope === undefined || scope === '') return asked ?? []
  const granted = parseScope(scope)
  if (granted === undefined) throw invalid('scope')
  if (asked === undefined || granted.every((name) => asked.includes(name))) return granted
  throw new AuthorizationRefused(
    'scope_exceeded',
    'The authorization server granted scopes that were not asked for; the token is not used.',
  )
}

function parseLifetime(seconds: unknown): number | undefined {
  if (seconds === undefined) return undefined
  if (typeof seconds === 'number' && seconds >= 0) return seconds
  throw invalid('expires_in')
}

function invalid(member: string): AuthorizationRefused {
  return new AuthorizationRefused('token_response_invalid', `The token response has no valid \`${member}\`.`)
}
