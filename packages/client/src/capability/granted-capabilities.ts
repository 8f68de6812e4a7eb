/** Judges the capabilities that come with a token: what was asked for, or narrower, and nothing else (RFC 9396 §7). */
import {
  type Attenuable,
  type Capability,
  type CapabilityRequest,
  narrows,
  parseCapabilities,
} from '@countersign/capability'
import { readCompactJws } from '@countersign/core'
import { AuthorizationRefused } from '../authorization-refused.ts'
import { membersOf } from '../json-members.ts'

/** What may be in a token. */
export interface CapabilityBounds {
  readonly asked: readonly CapabilityRequest[]
  /** What a token that was exchanged held: copies of it that are no wider may come along. */
  readonly held?: readonly Capability[]
}

/** A token as it was answered. */
interface AnsweredToken {
  readonly document: Readonly<Record<string, unknown>>
  readonly accessToken: string
  /** NumericDate. */
  readonly now: number
}

/** What is in a token. */
export interface GrantedCapabilities {
  readonly capabilities: readonly Capability[]
  /** NumericDate, on the clock that their times are by: the token's own, where it can be read. */
  readonly issuedAt: number
}

/** Seconds by which clocks, and moments that are called now, may differ. */
const TOLERANCE = 30

/**
 * Reads `authorization_details` of the answer and, where it can be read, of the token, which is what counts in the end.
 *
 * @throws AuthorizationRefused `token_response_invalid`, `capability_exceeded`
 */
export function readGrantedCapabilities(answered: AnsweredToken, bounds: CapabilityBounds): GrantedCapabilities {
  const claims = readClaims(answered.accessToken)
  const issuedAt = typeof claims.iat === 'number' ? claims.iat : answered.now
  const told = parse(answered.document.authorization_details)
  const limits = [...bounds.asked.map((request) => toLimit(request, issuedAt)), ...(bounds.held ?? [])]
  const isNarrower = (capability: Capability) => limits.some((limit) => narrows(capability, limit).ok)
  for (const list of [told, parse(claims.authorization_details)]) {
    if (list.length > limits.length || !list.every(isNarrower)) throw exceeded()
  }
  return { capabilities: told, issuedAt }
}

function readClaims(accessToken: string): Readonly<Record<string, unknown>> {
  const jws = readCompactJws(accessToken)
  return jws.ok ? membersOf(jws.value.payload) : {}
}

function parse(details: unknown): readonly Capability[] {
  const parsed = parseCapabilities(details, 'token')
  if (parsed.ok) return parsed.value
  throw new AuthorizationRefused('token_response_invalid', 'The token response has no valid `authorization_details`.')
}

function toLimit({ seconds, ...terms }: CapabilityRequest, issuedAt: number): Attenuable {
  return { ...terms, expires: Math.max(issuedAt, terms.not_before ?? 0) + seconds + TOLERANCE }
}

function exceeded(): AuthorizationRefused {
  return new AuthorizationRefused(
    'capability_exceeded',
    'The authorization server granted a capability that was not asked for, or a wider one; the token is not used.',
  )
}
