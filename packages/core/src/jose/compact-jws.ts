/** The compact serialization (RFC 7515 §7.1) read strictly: one text for one credential, and no header that changes the rules. */
import { decodeBase64url, viewBase64url } from './base64url.ts'
import { isJsonObject, type JsonObject, parseStrictJson } from './strict-json.ts'

/** The three segments of a compact JWS, as text. */
export interface JwsSegments {
  readonly headerSegment: string
  readonly payloadSegment: string
  readonly signatureSegment: string
  /** Header and payload segment with the full stop between, which is what was signed (RFC 7515 §5.1). */
  readonly signingInput: string
}

/** A JWS that was read; its signature was not verified yet. */
export interface CompactJws {
  readonly header: JsonObject
  readonly payload: JsonObject
  readonly headerSegment: string
  readonly payloadSegment: string
  readonly signingInput: string
  readonly signature: Uint8Array
}

/** What was read, or why it was refused: a constant word. */
export type JwsResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

/**
 * Reads a compact JWS of at most `maxLength` characters (8192 by default) whose payload is a JSON object.
 * Refuses with `length`, `compact`, `base64url`, `utf8`, `json_…` (see `JsonFault`), `object`, `crit`, `b64`, `alg`.
 */
export function readCompactJws(text: string, maxLength = 8192): JwsResult<CompactJws> {
  const split = splitCompactJws(text, maxLength)
  if (!split.ok) return split
  const { headerSegment, payloadSegment, signatureSegment, signingInput } = split.value
  const header = readJoseHeader(headerSegment)
  if (!header.ok) return header
  const payload = readJsonSegment(payloadSegment)
  if (!payload.ok) return payload
  const signature = decodeBase64url(signatureSegment)
  if (signature === undefined) return { ok: false, reason: 'base64url' }
  return {
    ok: true,
    value: { header: header.value, payload: payload.value, headerSegment, payloadSegment, signingInput, signature },
  }
}

/**
 * Takes the text apart at its two full stops and decodes nothing; the segments are still to be checked, by
 * `readJoseHeader`, `readJsonSegment` and `decodeBase64url`. Refuses with `length` or `compact`.
 */
export function splitCompactJws(text: string, maxLength = 8192): JwsResult<JwsSegments> {
  if (text.length > maxLength) return { ok: false, reason: 'length' }
  const first = text.indexOf('.')
  const second = text.indexOf('.', first + 1)
  const hasThree = first > 0 && second > first + 1 && second < text.length - 1 && !text.includes('.', second + 1)
  if (!hasThree) return { ok: false, reason: 'compact' }
  return {
    ok: true,
    value: {
      headerSegment: text.slice(0, first),
      payloadSegment: text.slice(first + 1, second),
      signatureSegment: text.slice(second + 1),
      signingInput: text.slice(0, second),
    },
  }
}

/**
 * Reads a JOSE header. `crit` is refused whatever it names: no extension is understood here (RFC 7515 §4.1.11);
 * `b64` would change what is signed (RFC 7797 §3); `alg` must be there and not be `none` (RFC 7518 §3.6).
 */
export function readJoseHeader(segment: string): JwsResult<JsonObject> {
  const header = readJsonSegment(segment)
  if (!header.ok) return header
  if (Object.hasOwn(header.value, 'crit')) return { ok: false, reason: 'crit' }
  if (Object.hasOwn(header.value, 'b64')) return { ok: false, reason: 'b64' }
  const { alg } = header.value
  if (typeof alg !== 'string' || alg.toLowerCase() === 'none') return { ok: false, reason: 'alg' }
  return header
}

/** Decodes one segment to a JSON object, strictly. Refuses with `base64url`, `utf8`, `json_…` or `object`. */
export function readJsonSegment(segment: string): JwsResult<JsonObject> {
  const octets = viewBase64url(segment)
  if (octets === undefined) return { ok: false, reason: 'base64url' }
  const text = decodeUtf8(octets)
  if (text === undefined) return { ok: false, reason: 'utf8' }
  const parsed = parseStrictJson(text)
  if (!parsed.ok) return { ok: false, reason: `json_${parsed.reason}` }
  return isJsonObject(parsed.value) ? { ok: true, value: parsed.value } : { ok: false, reason: 'object' }
}

// A byte order mark is kept, so that the parser refuses it (RFC 8259 §8.1).
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function decodeUtf8(octets: Uint8Array): string | undefined {
  try {
    return utf8.decode(octets)
  } catch {
    return undefined
  }
}
