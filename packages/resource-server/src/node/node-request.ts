/** Node's request as an incoming call: raw headers, and the truth about the connection. */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { TLSSocket } from 'node:tls'
import { ConfigurationError } from '../configuration-error.ts'
import type { IncomingCall, Transport } from '../incoming-call.ts'
import { groupRawHeaders } from './raw-headers.ts'
import { readRequestContent } from './request-content.ts'

/** Throws `ConfigurationError` when something before the guard has read the body: its bytes can't be judged any more. */
export function readNodeRequest(request: IncomingMessage, trustedProxies: BlockList): IncomingCall {
  if (request.readableDidRead || request.readableFlowing === true) {
    throw new ConfigurationError('the request body was consumed before the guard; put the guard before body parsers')
  }
  const headers = groupRawHeaders(request.rawHeaders)
  const transport = findTransport(request, headers, trustedProxies)
  return {
    method: request.method ?? '',
    url: readUrl(request, transport),
    transport,
    header: (name) => headers.get(name) ?? [],
    headerNames: () => headers.keys(),
    content: (maxBytes, maxSeconds) => readRequestContent(request, maxBytes, maxSeconds),
  }
}

/** For routing and for the handler; `Host` was checked by then, and decides nothing. */
function readUrl(request: IncomingMessage, transport: Transport): string {
  const origin = `${transport === 'tls' ? 'https' : 'http'}://${request.headers.host || 'unknown.invalid'}`
  return (URL.parse(origin + readPath(request.url ?? '')) ?? new URL('http://unknown.invalid/')).href
}

/** Of a target in absolute form (RFC 9112 §3.2.2) the path alone: what host it names was never checked. */
function readPath(target: string): string {
  if (target.startsWith('/')) return target
  const absolute = URL.parse(target)
  return absolute === null ? `/${target}` : absolute.pathname + absolute.search
}

function findTransport(
  { socket }: IncomingMessage,
  headers: ReadonlyMap<string, readonly string[]>,
  trustedProxies: BlockList,
): Transport {
  if (socket instanceof TLSSocket) return 'tls'
  const peer = socket.remoteAddress ?? ''
  // The header is anybody's to write; only a proxy that the operator named is believed.
  if (contains(trustedProxies, peer)) return headers.get('x-forwarded-proto')?.join() === 'https' ? 'tls' : 'plain'
  return contains(loopback, peer) ? 'loopback' : 'plain'
}

const loopback = createAddressList(['127.0.0.0/8', '::1'])

/** Addresses and CIDR ranges; throws `ConfigurationError` on anything else. */
export function createAddressList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(range) ?? []
    const family = isIP(address)
    const longest = family === 4 ? 32 : 128
    const bits = prefix === undefined ? longest : Number(prefix)
    if (family === 0 || bits > longest) {
      throw new ConfigurationError(`trustedProxies: '${range}' is neither an IP address nor a CIDR range`)
    }
    list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6')
  }
  return list
}

function contains(list: BlockList, address: string): boolean {
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
