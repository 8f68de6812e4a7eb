/** The claims of an attestation in the threat analysis's own form: a plain JWT (RFC 7519) about a SPIFFE ID. */
import { isJsonObject, type JsonObject, type JsonValue, type PublicJwk, parsePublicJwk } from '@countersign/core'
import { type AgentClaims, readAgentClaims } from '../claims/agent-claims.ts'
import type { ClaimsResult } from '../claims/attestation-claims.ts'
import { isDate, isMatch } from '../claims/claim-forms.ts'

/** Claims that are well-formed; whether they are of now, and for whom, is still to be judged. */
export interface LegacyClaims {
  readonly issuer: string
  /** A SPIFFE ID, or a text that should be one. */
  readonly subject: string
  /** NumericDate. */
  readonly issuedAt: number
  /** NumericDate; `iat` where there is no `nbf`, which this form lets out. */
  readonly notBefore: number
  /** NumericDate. */
  readonly expires: number
  readonly id: string
  /** As it came: a string, or anything else, which equals no audience. */
  readonly audience: JsonValue
  /** The key that a `cnf` names. The form allows one; those who wrote it never sent one. */
  readonly key: PublicJwk | undefined
  /** `deployment_id` is empty where none is named. */
  readonly agent: AgentClaims
}

/** What the form requires; their absence is one reason of its own, with a code of its own on this wire. */
const REQUIRED = ['iss', 'sub', 'aud', 'iat', 'exp', 'jti', 'agent_identity', 'attestation_metadata'] as const

const ISSUER = /^[^\p{Cc}\s]{1,512}$/u
const SUBJECT = /^[\x21-\x7e]{1,2048}$/
const ID = /^[\x21-\x7e]{1,256}$/

/**
 * Reads a payload; unknown claims are let pass. The reason is `claim_missing`, or the name of the first claim that is
 * malformed.
 */
export function readLegacyClaims(payload: JsonObject): ClaimsResult<LegacyClaims> {
  if (!REQUIRED.every((name) => Object.hasOwn(payload, name))) return { ok: false, reason: 'claim_missing' }
  const { iss, sub, iat, exp, jti, nbf = iat, aud = null } = payload
  if (!isMatch(ISSUER, iss)) return { ok: false, reason: 'iss' }
  if (!isMatch(SUBJECT, sub)) return { ok: false, reason: 'sub' }
  if (!isMatch(ID, jti)) return { ok: false, reason: 'jti' }
  if (!isDate(iat)) return { ok: false, reason: 'iat' }
  if (!isDate(nbf)) return { ok: false, reason: 'nbf' }
  if (!isDate(exp)) return { ok: false, reason: 'exp' }
  const key = readConfirmation(payload.cnf)
  if (!key.ok) return key
  const agent = readAgent(payload)
  if (!agent.ok) return agent
  return {
    ok: true,
    value: {
      issuer: iss,
      subject: sub,
      issuedAt: iat,
      notBefore: nbf,
      expires: exp,
      id: jti,
      audience: aud,
      key: key.value,
      agent: agent.value,
    },
  }
}

/** A deployment may stay unnamed here; everywhere else it has a name. */
function readAgent(payload: JsonObject): ClaimsResult<AgentClaims> {
  const { agent_identity: identity } = payload
  if (!isJsonObject(identity)) return { ok: false, reason: 'agent_identity' }
  if (Object.hasOwn(identity, 'deployment_id')) return readAgentClaims(payload)
  const read = readAgentClaims({ ...payload, agent_identity: { ...identity, deployment_id: '-' } })
  if (!read.ok) return read
  return { ok: true, value: { ...read.value, identity: { ...read.value.identity, deployment_id: '' } } }
}

/** RFC 7800 §3.2; `tls_binding` was kept for later and means nothing yet, so nobody can say that it holds. */
function readConfirmation(cnf: JsonValue | undefined): ClaimsResult<PublicJwk | undefined> {
  if (cnf === undefined) return { ok: true, value: undefined }
  if (!isJsonObject(cnf)) return { ok: false, reason: 'cnf' }
  const { jwk, tls_binding = null, ...others } = cnf
  if (tls_binding !== null || Object.keys(others).length > 0) return { ok: false, reason: 'cnf' }
  if (jwk === undefined) return { ok: true, value: undefined }
  const key = parsePublicJwk(jwk)
  return key.ok ? key : { ok: false, reason: 'cnf' }
}
