/** Reads the arrays of strings that metadata documents are made of (RFC 8414 §2, RFC 9728 §2). */

const MOST = 256

/** Yields the list, or undefined unless the value is an array of at most 256 strings. */
export function parseStringList(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > MOST) return undefined
  return value.every((item) => typeof item === 'string') ? value : undefined
}
