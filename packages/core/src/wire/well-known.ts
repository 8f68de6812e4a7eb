/** The parts of an identifier between which a well-known path is inserted (RFC 8414 §3.1, RFC 9728 §3.1). */

/** `path` begins with a slash; `query` is empty or begins with a question mark. */
interface MetadataIdentifier {
  readonly origin: string
  readonly path: string
  readonly query: string
}

/** Throws a `TypeError` for what can't identify an issuer or a resource. */
export function parseMetadataIdentifier(identifier: string): MetadataIdentifier {
  const url = URL.canParse(identifier) ? new URL(identifier) : undefined
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (url === undefined || !isHttp || url.username !== '' || url.password !== '' || identifier.includes('#')) {
    throw new TypeError('An issuer or resource identifier is an absolute http(s) URL without user and fragment.')
  }
  return { origin: url.origin, path: url.pathname, query: url.search }
}
