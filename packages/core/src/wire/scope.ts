/** The syntax of `scope` (RFC 6749 §3.3). */

const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/
const MOST_CHARACTERS = 4096

/**
 * Takes the untrusted value of a `scope` claim or parameter; yields its tokens in order, each once, or `undefined`
 * when it is not a string of them separated by single blanks.
 */
export function parseScope(value: unknown): string[] | undefined {
  if (typeof value !== 'string' || value.length > MOST_CHARACTERS || !SCOPE.test(value)) return undefined
  return [...new Set(value.split(' '))]
}
