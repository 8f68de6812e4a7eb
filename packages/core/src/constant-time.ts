/** Comparing what an attacker must not be able to guess character by character. */

/** Are the strings equal? Takes as long for a first as for a last difference; their lengths are not hidden. */
export function constantTimeEquals(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
