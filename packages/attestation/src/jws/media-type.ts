/** The `typ` of a JOSE header: a media type, in any case, with `application/` or without (RFC 7515 §4.1.9). */

/** Takes the header's value and the type without its prefix, in lower case. */
export function isMediaType(typ: unknown, type: string): boolean {
  if (typeof typ !== 'string') return false
  const lower = typ.toLowerCase()
  return lower === type || lower === `application/${type}`
}
