/** A connection to one of the addresses that were judged, and to no other. */
import { connect as connectTcp, type LookupFunction, type Socket } from 'node:net'
import { connect as connectTls, type SecureContext, TLSSocket } from 'node:tls'
import { FetchRefused } from './fetch-refused.ts'
import type { FetchTarget } from './fetch-target.ts'
import { parseIpAddress } from './ip-address.ts'

// Between attempts at several addresses; Node's own 250 ms gives up on hosts that are merely far away.
const attemptMs = 1_000

/** What a connection needs; `secureContext` undefined for the authorities that Node trusts. */
export interface SocketOptions {
  readonly target: FetchTarget
  readonly addresses: readonly string[]
  readonly secureContext: SecureContext | undefined
  readonly signal: AbortSignal
}

/**
 * Yields a socket that is ready for a request, with TLS done when the URL says https: the certificate has to be good for
 * the name in the URL, whatever `NODE_TLS_REJECT_UNAUTHORIZED` says. Rejects with `FetchRefused`, reason `connection`,
 * `certificate` or `address`; once `signal` is aborted the socket is destroyed.
 */
export async function openSocket(options: SocketOptions): Promise<Socket> {
  const { target, addresses } = options
  const tcp = await openTcp(options)
  // Before TLS begins and before a request is written: the kernel says who is at the other end.
  if (!isAmong(addresses, tcp.remoteAddress)) {
    tcp.destroy()
    throw refusePeer(target)
  }
  return target.url.protocol === 'https:' ? openTls(tcp, options) : tcp
}

function openTcp(options: SocketOptions): Promise<Socket> {
  const { target, addresses, signal } = options
  signal.throwIfAborted()
  const socket = connectTcp({
    host: target.hostname,
    port: target.port,
    lookup: answerWith(addresses),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptMs,
  })
  return becomeReady(socket, 'connect', options)
}

function openTls(tcp: Socket, options: SocketOptions): Promise<Socket> {
  const { hostname } = options.target
  const socket = connectTls({
    socket: tcp,
    host: hostname,
    // An IP address is no server name (RFC 6066 §3); the certificate is checked against it all the same.
    servername: parseIpAddress(hostname) === undefined ? hostname : '',
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    ...(options.secureContext === undefined ? {} : { secureContext: options.secureContext }),
  })
  return becomeReady(socket, 'secureConnect', options)
}

function becomeReady(socket: Socket, event: string, { target, signal }: SocketOptions): Promise<Socket> {
  const destroy = (): void => void socket.destroy()
  signal.addEventListener('abort', destroy, { once: true })
  socket.once('close', () => signal.removeEventListener('abort', destroy))
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve(socket))
    socket.on('error', (error) => reject(describeError(error, socket, target)))
    socket.once('close', () => reject(new FetchRefused('connection', `${target.url.host} closed the connection.`)))
  })
}

/** What resolves again gets the answer that was judged. */
function answerWith(addresses: readonly string[]): LookupFunction {
  const answer = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  return (_hostname, options, callback) => {
    const [first] = answer
    if (options.all === true) callback(null, answer)
    else callback(null, first?.address ?? '', first?.family)
  }
}

function isAmong(addresses: readonly string[], peer: string | undefined): boolean {
  const octets = parseIpAddress(peer ?? '')?.join()
  return octets !== undefined && addresses.some((address) => parseIpAddress(address)?.join() === octets)
}

function refusePeer({ url }: FetchTarget): FetchRefused {
  return new FetchRefused('address', `The connection to ${url.host} led to an address that it does not resolve to.`)
}

function describeError(error: Error & { code?: unknown }, socket: Socket, { url }: FetchTarget): FetchRefused {
  const code = typeof error.code === 'string' ? error.code : 'unknown'
  if (socket instanceof TLSSocket && socket.authorizationError) {
    return new FetchRefused(
      'certificate',
      `The certificate of ${url.host} is not trusted for this name (${code}). Have one issued for it by an authority that is trusted here, or add its authority to ca.`,
    )
  }
  return new FetchRefused(
    'connection',
    `No connection to ${url.host} (${code}). Check that it runs and speaks ${url.protocol.slice(0, -1)}.`,
  )
}
