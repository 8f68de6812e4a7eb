/** The URL of a fetch, in the one spelling that every parser reads the same way (RFC 3986 §6.2, §7.6). */
import { normaliseHttpUri } from '../../http/http-uri.ts'
import { FetchRefused } from './fetch-refused.ts'

/** Where a fetch goes. */
export interface FetchTarget {
  readonly url: URL
  /** A name in lower case, or an IP address, without brackets. */
  readonly hostname: string
  readonly port: number
}

/**
 * Rejects with `FetchRefused`: `scheme` unless http or https; `url` for user information, a host that ends in a dot,
 * and text that is no URI by the letter of RFC 3986 or writes its host otherwise than the URL parser does: numbers,
 * octal, hexadecimal, escapes, characters beyond ASCII. What another parser might take for another host goes nowhere.
 */
export function readFetchTarget(input: string | URL): FetchTarget {
  const url = URL.parse(input)
  if (url === null) throw new FetchRefused('url', 'The URL cannot be parsed. Write it as https://host/path.')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new FetchRefused('scheme', 'Only https URLs are fetched.')
  }
  const isPlain = url.username === '' && url.password === '' && !url.hostname.endsWith('.')
  if (!isPlain || (typeof input === 'string' && readHost(input) !== url.host)) {
    throw new FetchRefused(
      'url',
      `A URL that leads to ${url.host} is written in an ambiguous way. Write scheme, host and path by RFC 3986: no user name, no final dot, IPv4 addresses as four decimal numbers, names in ASCII, other characters percent-encoded.`,
    )
  }
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return { url, hostname: url.hostname.replace(/^\[|\]$/g, ''), port }
}

function readHost(uri: string): string | undefined {
  return normaliseHttpUri(uri)?.split('/')[2]
}
