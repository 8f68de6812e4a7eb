/** JSON pointers (RFC 6901), of which one reference token or more are wanted here: a pointer names an argument. */

const MOST_CHARACTERS = 256
const MOST_TOKENS = 8
const POINTER = /^(?:\/(?:[^/~]|~[01])*)+$/

/**
 * Takes a pointer such as `/filter/owner~1name`; yields its reference tokens, unescaped, or `undefined` when it is
 * none, names the whole, or has more than 256 characters or 8 tokens.
 */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (pointer.length > MOST_CHARACTERS || !POINTER.test(pointer)) return undefined
  const tokens = pointer.slice(1).split('/')
  if (tokens.length > MOST_TOKENS) return undefined
  // In this order (RFC 6901 §4): `~01` is `~1`, never a slash.
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Takes a reference token, as it is; yields the pointer one step further down. */
export function extendPointer(pointer: string, token: string): string {
  return `${pointer}/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
