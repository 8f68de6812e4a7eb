/** Forms that claims of several kinds have in common. */

/** Is a claim a text of this form? */
export function isMatch(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value)
}

/** Is it a NumericDate (RFC 7519 §2)? */
export function isDate(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
