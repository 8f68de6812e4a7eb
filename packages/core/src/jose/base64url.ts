/** Base64url without padding (RFC 4648 §5, RFC 7515 §2), canonical texts only: one text for one octet string. */
import { decodeBase64 } from './base64-engine.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const SHAPE = /^[\w-]*$/
// The last character of a text carries 2 or 4 bits that no octet uses; they must be zero (RFC 4648 §3.5), or one
// signature could be written in several ways and slip past whatever compares texts.
const LAST_OF_TWO = 'AQgw'
const LAST_OF_THREE = 'AEIMQUYcgkosw048'

/** Takes base64url text; yields its octets, or `undefined` unless encoding them again gives the very same text. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const octets = viewBase64url(text)
  return octets === undefined ? undefined : new Uint8Array(octets)
}

/** The same, to be read at once and not kept: the octets may lie in memory that the runtime shares with others. */
export function viewBase64url(text: string): Uint8Array | undefined {
  return isCanonical(text) ? decodeBase64(text) : undefined
}

/** Takes octets; yields base64url text without padding. */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    text += ALPHABET.charAt(group >> 18) + ALPHABET.charAt((group >> 12) & 63)
    if (left > 1) text += ALPHABET.charAt((group >> 6) & 63)
    if (left > 2) text += ALPHABET.charAt(group & 63)
  }
  return text
}

// Decided on the text alone: encoding again to compare would cost as much as decoding.
function isCanonical(text: string): boolean {
  if (!SHAPE.test(text)) return false
  const last = text.charAt(text.length - 1)
  switch (text.length & 3) {
    case 1:
      return false
    case 2:
      return LAST_OF_TWO.includes(last)
    case 3:
      return LAST_OF_THREE.includes(last)
    default:
      return true
  }
}
