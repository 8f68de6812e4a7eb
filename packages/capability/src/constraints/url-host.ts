/** Hosts of https URLs, read so that no two parsers (RFC 3986, the WHATWG's) can disagree on which host it is. */

const MOST_UNITS = 4096
// No user information, no port but the default one, and only characters of RFC 3986 §2 behind: no backslash, no blank,
// no line break, nothing that one parser repairs and another one takes as it is.
const HTTPS_URL = /^https:\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::443)?(?:[/?#][\w\-.~:/?#[\]@!$&'()*+,;=%]*)?$/i

/** Takes a text; yields the host of the https URL that it is, in lower case, IPv6 in brackets, or `undefined`. */
export function readUrlHost(url: string): string | undefined {
  if (url.length > MOST_UNITS) return undefined
  return HTTPS_URL.exec(url)?.[1]?.toLowerCase()
}

/**
 * Whether a host may be listed: in the one form that URL parsers give it (lower case, punycode, `127.0.0.1` for
 * `127.1`, RFC 5952 in brackets), so that whatever equals it goes there and nowhere else.
 */
export function isCanonicalHost(host: string): boolean {
  const url = `https://${host}/`
  if (readUrlHost(url) !== host || !URL.canParse(url)) return false
  return new URL(url).host === host
}
