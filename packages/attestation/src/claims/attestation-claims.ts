/** The claims of an attestation (draft-ietf-oauth-attestation-based-client-auth §5.1), and the agent's own. */
import { type JsonObject, type JsonValue, type PublicJwk, parsePublicJwk } from '@countersign/core'
import { type AgentClaims, readAgentClaims } from './agent-claims.ts'
import { isDate, isMatch } from './claim-forms.ts'

/** Claims that are well-formed; whom they concern, and whether they are of now, is still to be judged. */
export interface AttestationClaims {
  readonly issuer: string
  /** The `client_id` that the attestation is for. */
  readonly subject: string
  /** NumericDate. */
  readonly issuedAt: number
  /** NumericDate. */
  readonly notBefore: number
  /** NumericDate. */
  readonly expires: number
  readonly id: string
  /** The instance's key, `cnf.jwk`; without it an attestation is good for a single use, where that is accepted at all. */
  readonly key: PublicJwk | undefined
  /** As it came: a string, or anything else, which equals no audience. */
  readonly audience: JsonValue | undefined
  readonly agent: AgentClaims
}

/** The claims, or the name of the first that is missing or malformed. */
export type ClaimsResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

const ISSUER = /^[^\p{Cc}\s]{1,512}$/u
const NAME = /^[\x20-\x7e]{1,512}$/
const ID = /^[\x21-\x7e]{1,256}$/

/** Reads a payload. Every claim is checked before anything is done with one of them; unknown ones are let pass (§5.1). */
export function readAttestationClaims(payload: JsonObject): ClaimsResult<AttestationClaims> {
  const { iss, sub, iat, nbf, exp, jti, aud } = payload
  if (!isMatch(ISSUER, iss)) return { ok: false, reason: 'iss' }
  if (!isMatch(NAME, sub)) return { ok: false, reason: 'sub' }
  if (!isMatch(ID, jti)) return { ok: false, reason: 'jti' }
  if (!isDate(iat)) return { ok: false, reason: 'iat' }
  if (!isDate(nbf)) return { ok: false, reason: 'nbf' }
  if (!isDate(exp)) return { ok: false, reason: 'exp' }
  const key = readConfirmation(payload.cnf)
  if (!key.ok) return key
  const agent = readAgentClaims(payload)
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
      key: key.value,
      audience: aud,
      agent: agent.value,
    },
  }
}

/** RFC 7800 §3.2: the key itself; a thumbprint or a URL of one is not what this profile uses. */
function readConfirmation(cnf: JsonValue | undefined): ClaimsResult<PublicJwk | undefined> {
  if (cnf === undefined) return { ok: true, value: undefined }
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) return { ok: false, reason: 'cnf' }
  const jwk = parsePublicJwk(cnf.jwk)
  if (!jwk.ok || jwk.value.kty === 'RSA') return { ok: false, reason: 'cnf' }
  return jwk
}
