/** http and https URIs in one normal form, so that equal ones are equal strings (RFC 3986 §6.2.2, §6.2.3). */

// Only characters that RFC 3986 §2 allows: no blanks, no backslashes, nothing that a lenient parser would repair.
const CHARACTERS = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/
const HTTP_URI = /^(https?):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i
const AUTHORITY = /^(\[[0-9a-f:.]+\]|[\w\-.~!$&'()*+,;=]+)(?::(\d{0,5}))?$/i
const MALFORMED_ESCAPE = /%(?![0-9a-f]{2})/i
const UNRESERVED = /[\w\-.~]/

/**
 * Takes an absolute http or https URI; yields it with scheme and host in lower case, the default port dropped, dot
 * segments removed, unreserved characters unescaped and other escapes in upper case. Query and fragment stay.
 * `undefined` for anything else, and for a URI with user information.
 */
export function normaliseHttpUri(uri: string): string | undefined {
  if (!CHARACTERS.test(uri) || MALFORMED_ESCAPE.test(uri)) return undefined
  const [, scheme, authority, path = '', query = '', fragment = ''] = HTTP_URI.exec(uri) ?? []
  if (scheme === undefined || authority === undefined) return undefined
  const lowerScheme = scheme.toLowerCase()
  const host = normaliseAuthority(lowerScheme, authority)
  if (host === undefined) return undefined
  return `${lowerScheme}://${host}${removeDotSegments(unescapeUnreserved(path))}${unescapeUnreserved(query + fragment)}`
}

function normaliseAuthority(scheme: string, authority: string): string | undefined {
  const [, host, port = ''] = AUTHORITY.exec(authority) ?? []
  if (host === undefined || Number(port) > 65535) return undefined
  const name = host.startsWith('[') ? normaliseIpv6(host) : host.toLowerCase()
  if (name === undefined) return undefined
  const isDefault = port === '' || Number(port) === (scheme === 'https' ? 443 : 80)
  return isDefault ? name : `${name}:${Number(port)}`
}

// An IPv6 address has many texts; the URL parser writes the one of RFC 5952.
function normaliseIpv6(host: string): string | undefined {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : undefined
}

function unescapeUnreserved(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/%([0-9a-f]{2})/gi, (written, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16))
    return UNRESERVED.test(character) ? character : written.toUpperCase()
  })
}

// RFC 3986 §5.2.4, for a path that is empty or begins with a slash.
function removeDotSegments(path: string): string {
  if (path === '') return '/'
  if (!path.includes('/.')) return path
  const kept: string[] = []
  const segments = path.split('/').slice(1)
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
    if (isLast && (segment === '.' || segment === '..')) kept.push('')
  }
  return `/${kept.join('/')}`
}
