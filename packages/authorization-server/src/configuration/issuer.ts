/** The issuer identifier (RFC 8414 §2). */
import { isLoopbackHost } from '@countersign/core'

/**
 * Checks an issuer identifier and yields it as a URL; throws a TypeError that names the cure.
 *
 * Plain http is for one's own machine only: anything else would send codes and tokens in clear.
 */
export function checkIssuer(issuer: string): URL {
  const url = URL.parse(issuer)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError(`The issuer ${JSON.stringify(issuer)} is not an absolute https URL.`)
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    throw new TypeError(`The issuer ${issuer} is plain http: use https, or a loopback host such as 127.0.0.1 in tests.`)
  }
  const canonical = url.pathname === '/' ? url.origin : `${url.origin}${url.pathname}`
  if (issuer !== canonical || (url.pathname !== '/' && url.pathname.endsWith('/'))) {
    throw new TypeError(
      `The issuer ${JSON.stringify(issuer)} is not in canonical form: write ${canonical.replace(/\/+$/, '')}`,
    )
  }
  return url
}
