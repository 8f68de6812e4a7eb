/** What the claims of an access token mean, one sentence each (RFC 9068 §2.2, RFC 9449 §6.1). */
import { explainCapabilities } from './capabilities.ts'
import { describeMoment } from './span.ts'

/** Words for one member of a token; undefined for those that nobody here knows. */
export function explainMember(name: string, value: unknown, now: number): string | undefined {
  if (name === 'exp' || name === 'iat' || name === 'nbf') return explainTime(name, value, now)
  if (name === 'aud') return explainAudience(value)
  if (name === 'cnf') return explainConfirmation(value)
  if (name === 'authorization_details') return explainCapabilities(value, now)
  return Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined
}

/** Members whose meaning does not depend on their value. */
const MEANINGS: Readonly<Record<string, string>> = {
  alg: 'how it is signed',
  typ: 'what kind of token it is',
  kid: 'which of the issuer’s keys signed it',
  iss: 'who issued it',
  sub: 'on whose behalf',
  client_id: 'the client that acts with it',
  scope: 'what it may be used for',
  jti: 'its own name, for revocation and logs',
  act: 'who acts for the subject',
  may_act: 'the one client that it may be exchanged by',
  derived_keys: 'the keys of those who passed it on: it falls with any of them',
  derived_from: 'the tokens that it was exchanged from: it falls with any of them',
}

function explainTime(name: 'exp' | 'iat' | 'nbf', value: unknown, now: number): string {
  // Beyond this no Date can say it.
  if (typeof value !== 'number' || Math.abs(value) > 8.64e12) return 'not a time'
  const moment = `${describeMoment(value, now)} (${new Date(value * 1000).toISOString()})`
  if (name === 'iat') return `issued ${moment}`
  if (name === 'nbf') return `${value > now ? 'becomes valid' : 'valid since'} ${moment}`
  return `${value > now ? 'expires' : 'expired'} ${moment}`
}

function explainAudience(value: unknown): string {
  if (!Array.isArray(value)) return 'the one server that may accept it'
  return value.length === 1 ? 'the one server that may accept it' : 'each of these servers could use it at the others'
}

function explainConfirmation(value: unknown): string {
  const bound = typeof value === 'object' && value !== null && Object.hasOwn(value, 'jkt')
  return bound ? 'bound to this key: worthless without proofs signed by it' : 'bound in a way that DPoP does not know'
}
