/** The name under which a thing is spent: a digest of what identifies it, never of the bytes that carried it. */
import type { Awaitable, Verifier } from '../ports/verifier.ts'

/**
 * Takes the parts that identify a thing, such as issuer, key, resource and proof id; yields SHA-256, base64url. Each
 * part is preceded by its length, so no two lists of parts run together into one text.
 */
export function spendKey(verifier: Verifier, parts: readonly string[]): Awaitable<string> {
  let text = ''
  for (const part of parts) text += `${part.length}:${part}`
  return verifier.digest(text)
}
