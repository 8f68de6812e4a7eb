/** Base64url without padding (RFC 4648 §5, RFC 7515 §2), canonical texts only: one text for one octet string. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const SHAPE = /^[\w-]*$/
// The last character of a segment carries 2 or 4 bits that no octet uses; they must be zero (RFC 4648 §3.5),
// or one signature could be written in several ways and slip past whatever compares texts.
const LAST_OF_TWO = /[AQgw]$/
const LAST_OF_THREE = /[AEIMQUYcgkosw048]$/

/** Is the text what encoding some octets gives: the alphabet only, a possible length, no stray trailing bits? */
export function isCanonicalBase64url(text: string): boolean {
  if (!SHAPE.test(text)) return false
  switch (text.length & 3) {
    case 1:
      return false
    case 2:
      return LAST_OF_TWO.test(text)
    case 3:
      return LAST_OF_THREE.test(text)
    default:
      return true
  }
}

/** Octets as a string of the characters U+0000 to U+00FF; `text` was checked before. */
export function decodeToBinaryString(text: string): string {
  return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
}

/** Takes base64url text; yields its octets, or `undefined` unless encoding them again gives the very same text. */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!isCanonicalBase64url(text)) return undefined
  const binary = decodeToBinaryString(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
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
