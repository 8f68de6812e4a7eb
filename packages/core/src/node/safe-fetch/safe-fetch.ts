/** A `fetch` for URLs that somebody else had a hand in: it reaches the public internet and what was allowed, nothing else. */
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { type Allowance, createAllowance } from './allowance.ts'
import { withDeadline } from './deadline.ts'
import { exchange } from './exchange.ts'
import { FetchRefused } from './fetch-refused.ts'
import { type FetchTarget, readFetchTarget } from './fetch-target.ts'
import { openSocket } from './open-socket.ts'
import { type Lookup, resolveHost, systemLookup } from './resolve-host.ts'

/** Options of `createSafeFetch`. */
export interface SafeFetchOptions {
  /**
   * What may be reached besides the public internet: `host`, `host:port`, an IP address with or without a port, or a
   * range in CIDR notation. A host or address that is named here may also be fetched over plain http and at any port.
   */
  readonly allow?: readonly string[]
  /** For the whole fetch, from the name to the last octet, in milliseconds; default 10,000. */
  readonly timeoutMs?: number
  /** Of the answer's body, in octets; default 256 KiB. */
  readonly maxBytes?: number
  /** Certificates in PEM of authorities to trust besides those that Node trusts. */
  readonly ca?: readonly string[]
  /** Resolves names; default the system's resolver. */
  readonly lookup?: Lookup
}

/** The lowest port that https may have beside 443: below it live mail, shells and name servers. */
const firstFreePort = 1024

/**
 * Takes GET and POST; yields a `Response` whose body is already here. It resolves a name once, judges every address, and
 * connects to one that it judged; it follows no redirect, takes no compressed answer, reuses no connection and no TLS
 * session, and heeds no proxy settings. Rejects with `FetchRefused`; with `TypeError` for a request that cannot be made,
 * as `fetch` does; with the reason of the caller's own signal. Throws `TypeError` for options that make no sense.
 */
export function createSafeFetch(options: SafeFetchOptions = {}): typeof fetch {
  const { allow = [], timeoutMs = 10_000, maxBytes = 256 * 1024, lookup = systemLookup } = options
  checkCount('timeoutMs', timeoutMs)
  checkCount('maxBytes', maxBytes)
  const allowance = createAllowance(allow)
  const secureContext = createTrust(options.ca)
  return async (input, init) => {
    const target = readFetchTarget(input instanceof Request ? new URL(input.url) : input)
    checkTarget(target, allowance)
    const request = new Request(input, init)
    checkMethod(request)
    return withDeadline(timeoutMs, request.signal, async (signal) => {
      const { method, headers } = request
      const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer())
      const addresses = await resolveHost(target, allowance, lookup)
      const socket = await openSocket({ target, addresses, secureContext, signal })
      return exchange(socket, { target, method, headers, body, maxBytes })
    })
  }
}

function checkTarget(target: FetchTarget, allowance: Allowance): void {
  const { url, port } = target
  if (allowance.names(target)) return
  const cure = `If it is meant to be reached, add '${url.hostname}:${port}' to allow.`
  if (url.protocol !== 'https:') {
    throw new FetchRefused('scheme', `${url.host} would be asked over plain http. ${cure}`)
  }
  if (port !== 443 && port < firstFreePort) {
    throw new FetchRefused('port', `${url.host} names a port on which https is not served. ${cure}`)
  }
}

function checkMethod({ method }: Request): void {
  if (method !== 'GET' && method !== 'POST') throw new TypeError(`safe fetch: GET and POST only, not ${method}`)
}

function checkCount(name: string, value: number): void {
  // 2^31 − 1 is the longest delay of a timer: anything above it would be none.
  if (Number.isInteger(value) && value > 0 && value < 2 ** 31) return
  throw new TypeError(`${name} has to be a whole number above 0 and below 2^31`)
}

function createTrust(ca: readonly string[] | undefined): SecureContext | undefined {
  return ca === undefined ? undefined : createSecureContext({ ca: [...getCACertificates('default'), ...ca] })
}
