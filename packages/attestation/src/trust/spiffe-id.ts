/** SPIFFE IDs (SPIFFE-ID §2): `spiffe://trust-domain/path`, in the one form that the standard allows. */

const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/
const SEGMENT = /^[A-Za-z0-9._-]+$/
const LONGEST_ID = 2048

/** A SPIFFE ID, taken apart. */
export interface SpiffeId {
  readonly trustDomain: string
  /** With its leading slash; empty for the trust domain itself. */
  readonly path: string
}

/** Does a text claim to be a SPIFFE ID, well-formed or not? */
export function claimsSpiffe(text: string): boolean {
  return /^spiffe:/i.test(text)
}

/** Takes an ID; `undefined` for one with a port, user information, escapes, dot segments, empty segments or capitals in its domain. */
export function parseSpiffeId(text: string): SpiffeId | undefined {
  if (text.length > LONGEST_ID || !text.startsWith('spiffe://')) return undefined
  const rest = text.slice('spiffe://'.length)
  const slash = rest.indexOf('/')
  const trustDomain = slash < 0 ? rest : rest.slice(0, slash)
  const path = slash < 0 ? '' : rest.slice(slash)
  if (!TRUST_DOMAIN.test(trustDomain)) return undefined
  const segments = path.split('/').slice(1)
  const isPath = segments.every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..')
  return isPath ? { trustDomain, path } : undefined
}

/** Is a text a trust domain's name (§2.1)? */
export function isTrustDomain(text: string): boolean {
  return TRUST_DOMAIN.test(text)
}
