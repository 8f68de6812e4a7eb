/**
 * The one security event that is understood here (RFC 8417): a signing key was stolen (OpenID RISC Profile 1.0 §2.7,
 * `credential-compromise`), the key named by its thumbprint as a URI (RFC 9493 §3.2.7, RFC 9278).
 */
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core'

/** The media type of a security event. */
export const securityEventType = 'secevent+jwt'
/** The event. */
export const credentialCompromise = 'https://schemas.openid.net/secevent/risc/event-type/credential-compromise'
const THUMBPRINT_URI = 'urn:ietf:params:oauth:jwk-thumbprint:sha-256:'
const LONGEST_ID = 256
const THUMBPRINT = /^[\w-]{43}$/

/** What an event says. */
export interface SecurityEvent {
  /** The issuer whose key it is. */
  readonly issuer: string
  /** To whom it is told. */
  readonly audience: string
  readonly id: string
  /** NumericDate. */
  readonly issuedAt: number
  /** RFC 7638 thumbprint of the key. */
  readonly keyThumbprint: string
}

/** The payload, as it is signed. */
export function writeSecurityEvent(event: SecurityEvent): JsonObject {
  return {
    iss: event.issuer,
    aud: event.audience,
    jti: event.id,
    iat: event.issuedAt,
    sub_id: { format: 'uri', uri: `${THUMBPRINT_URI}${event.keyThumbprint}` },
    events: { [credentialCompromise]: { credential_type: 'jwk' } },
  }
}

/** Reads a payload; the constant word for what is wrong otherwise. Unknown claims and further events are passed over. */
export function readSecurityEvent(
  payload: JsonObject,
): { readonly ok: true; readonly value: SecurityEvent } | { readonly ok: false; readonly reason: string } {
  const { iss, aud, jti, iat, sub_id: subject, events } = payload
  if (typeof iss !== 'string') return { ok: false, reason: 'iss' }
  // An event for several is one that each of them can show to the others.
  if (typeof aud !== 'string') return { ok: false, reason: 'aud' }
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID) return { ok: false, reason: 'jti' }
  if (typeof iat !== 'number') return { ok: false, reason: 'iat' }
  if (!isJsonObject(events) || !isJsonObject(own(events, credentialCompromise))) return { ok: false, reason: 'events' }
  const keyThumbprint = readSubject(subject)
  if (keyThumbprint === undefined) return { ok: false, reason: 'sub_id' }
  return { ok: true, value: { issuer: iss, audience: aud, id: jti, issuedAt: iat, keyThumbprint } }
}

function readSubject(subject: JsonValue | undefined): string | undefined {
  if (!isJsonObject(subject) || subject.format !== 'uri') return undefined
  const { uri } = subject
  if (typeof uri !== 'string' || !uri.startsWith(THUMBPRINT_URI)) return undefined
  const thumbprint = uri.slice(THUMBPRINT_URI.length)
  return THUMBPRINT.test(thumbprint) ? thumbprint : undefined
}

function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
