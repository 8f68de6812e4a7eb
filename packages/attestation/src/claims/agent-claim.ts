/**
 * The `agent` claim of an access token: what the authorization server verified of an attestation, so that a resource
 * server can decide on it without a trust list of its own.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core'
import type { AttestedAgent, VerifiedAttestation } from '../verify/verified-attestation.ts'
import { readAgentClaims } from './agent-claims.ts'
import type { ClaimsResult } from './attestation-claims.ts'
import { attestationLevels } from './ranks.ts'

/** An agent that an authorization server vouches for. */
export interface ClaimedAgent extends AttestedAgent {
  /** The `kid` of the key that signed the attestation, where it has one. */
  readonly keyId: string | undefined
  /** RFC 7638 thumbprint of the key that signed the attestation: with that key falls the token. */
  readonly keyThumbprint: string
  /** RFC 7638 thumbprint of the instance's key, the one that the token has to be bound to. */
  readonly jkt: string | undefined
  /** NumericDate: `exp` of the attestation. From then on the claim counts as missing, however long the token lives. */
  readonly expires: number
}

const ISSUER = /^[^\p{Cc}\s]{1,512}$/u
const THUMBPRINT = /^[\w-]{43}$/
const LONGEST_KEY_ID = 256

/** Yields the claim's value. */
export function writeAgentClaim(verified: VerifiedAttestation): JsonObject {
  const { issuer, level, keyId, keyThumbprint, jkt, expires, agent } = verified
  const { identity, integrity, metadata, assurance } = agent
  return {
    iss: issuer,
    level,
    ...(keyId !== undefined && { kid: keyId }),
    key: keyThumbprint,
    ...(jkt !== undefined && { jkt }),
    exp: expires,
    agent_identity: { ...identity },
    ...(Object.keys(integrity).length > 0 && { agent_integrity: { ...integrity } }),
    attestation_metadata: { ...metadata, capabilities_declared: [...metadata.capabilities_declared] },
    assurance,
  }
}

/**
 * Reads the claim of a token whose signature was verified; `now` is a NumericDate. Without an instance's key it is as
 * good as an attestation without one. The reason is `missing`, `expired` (with no tolerance: the authorization server
 * had its own), `object`, or the name of the first member that is malformed; unknown ones are let pass.
 */
export function readAgentClaim(value: JsonValue | undefined, now: number): ClaimsResult<ClaimedAgent> {
  if (value === undefined) return { ok: false, reason: 'missing' }
  if (!isJsonObject(value)) return { ok: false, reason: 'object' }
  const { iss, level: said, kid, key, jkt, exp } = value
  if (typeof iss !== 'string' || !ISSUER.test(iss)) return { ok: false, reason: 'iss' }
  const level = attestationLevels.find((known) => known === said)
  if (level === undefined || level === 'none') return { ok: false, reason: 'level' }
  if (kid !== undefined && !isKeyId(kid)) return { ok: false, reason: 'kid' }
  if (!isThumbprint(key)) return { ok: false, reason: 'key' }
  if (jkt !== undefined && !isThumbprint(jkt)) return { ok: false, reason: 'jkt' }
  if (typeof exp !== 'number' || !Number.isFinite(exp)) return { ok: false, reason: 'exp' }
  const agent = readAgentClaims(value)
  if (!agent.ok) return agent
  if (!(now < exp)) return { ok: false, reason: 'expired' }
  return {
    ok: true,
    value: {
      issuer: iss,
      level,
      binding: jkt === undefined ? 'single_use' : 'key',
      agent: agent.value,
      keyId: kid,
      keyThumbprint: key,
      jkt,
      expires: exp,
    },
  }
}

function isKeyId(value: JsonValue): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_KEY_ID
}

function isThumbprint(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && THUMBPRINT.test(value)
}
