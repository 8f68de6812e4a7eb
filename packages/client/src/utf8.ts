/** Octets to text, without the silent repairs by which two readers come to see different texts. */

/** Decodes UTF-8; undefined when it is invalid. A byte order mark stays, and so makes any JSON invalid. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
