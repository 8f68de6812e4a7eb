/** Requests that came by the balancer, over TLS, and no others. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BlockList, isIP } from 'node:net'

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Lets through what a trusted proxy says it got by https. Who reaches us on a way around the balancer sent tokens in
 * clear; the header is anybody's to write, so nobody else is believed.
 */
export function behindProxy(trustedProxies: readonly string[], listener: Listener): Listener {
  const proxies = readRanges(trustedProxies)
  return (request, response) => {
    const isSafe = contains(proxies, request.socket.remoteAddress) && request.headers['x-forwarded-proto'] === 'https'
    if (isSafe) listener(request, response)
    else refuse(response)
  }
}

function refuse(response: ServerResponse): void {
  response.shouldKeepAlive = false
  response.writeHead(403, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end('{"error":"https_required","error_description":"this server is reached by https, through its balancer"}')
}

/** Of ranges that the configuration was read with. */
function readRanges(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', prefix] = range.split('/')
    const isOld = isIP(address) === 4
    list.addSubnet(address, Number(prefix ?? (isOld ? 32 : 128)), isOld ? 'ipv4' : 'ipv6')
  }
  return list
}

function contains(list: BlockList, address = ''): boolean {
  const family = isIP(address)
  return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
