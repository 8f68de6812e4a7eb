/** Where an issuer with a path is found: its own paths, and the well-known path before them (RFC 8414 §3.1). */

const METADATA_PATHS = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']

/**
 * Creates the mapping from a request target to the path that the routes know; undefined for a stranger's path.
 * `/.well-known/oauth-authorization-server/tenant` and `/tenant/.well-known/openid-configuration` both lead there.
 */
export function createPathMapping(issuer: URL): (target: string) => string | undefined {
  const prefix = issuer.pathname === '/' ? '' : issuer.pathname
  return (target) => {
    // The absolute form names a host of the sender's choice; only its path means anything here (RFC 9112 §3.2.2).
    const url = URL.parse(target, 'http://origin.invalid')
    if (url === null) return undefined
    const { pathname, search } = url
    const wellKnown = METADATA_PATHS.find((path) => pathname === `${path}${prefix}`)
    if (wellKnown !== undefined) return wellKnown + search
    if (!pathname.startsWith(`${prefix}/`)) return undefined
    return pathname.slice(prefix.length) + search
  }
}
