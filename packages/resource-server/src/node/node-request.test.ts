import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import { codeOf, goodBody, serveScene } from '../testing/served-scene.test-fixture.ts'
import { createNodeListener } from './node-listener.ts'
import { createAddressList, readNodeRequest } from './node-request.ts'

const body = `content-length: ${goodBody.length}\r\n\r\n${goodBody}`
const resource = 'https://notes.example/mcp'

/** A call of a server that is reached over TLS, sent to it without. */
async function callWithoutTls(trustedProxies: readonly string[] | undefined, ...lines: string[]): Promise<string> {
  const listener = trustedProxies === undefined ? {} : { trustedProxies }
  await using served = await serveScene({ guard: { resource }, listener })
  const head = (await served.head({}, ...lines)).replace(/^host: .*$/m, 'host: notes.example')
  const response = await served.send(head, body)
  return response.status === 200 ? 'allowed' : (codeOf(response) ?? '')
}

describe('RFC 9449 §2: TLS, and who may say that it was there', () => {
  it.each(['X-Forwarded-Proto: https', 'Forwarded: proto=https', 'X-Forwarded-Ssl: on', 'X-Other: 1'])(
    'a caller may not, not even from this machine: %s',
    async (line) => {
      expect(await callWithoutTls(undefined, line)).toBe('insecure_transport')
      expect(await callWithoutTls(['10.0.0.0/8'], line)).toBe('insecure_transport')
    },
  )

  it('a proxy may that the operator named', async () => {
    for (const proxy of ['127.0.0.1', '127.0.0.0/8', '0.0.0.0/0']) {
      expect(await callWithoutTls([proxy], 'X-Forwarded-Proto: https')).toBe('allowed')
    }
  })

  it.each([
    ['http', ['X-Forwarded-Proto: http']],
    ['nothing', []],
    ['https of another header', ['Forwarded: proto=https']],
    ['https and http', ['X-Forwarded-Proto: https, http']],
    ['https twice', ['X-Forwarded-Proto: https', 'X-Forwarded-Proto: https']],
    ['first the caller’s https, then its own', ['X-Forwarded-Proto: https', 'X-Forwarded-Proto: http']],
    ['https in another case', ['X-Forwarded-Proto: HTTPS']],
  ])('and when it says %s, the call came without', async (_name, lines) => {
    expect(await callWithoutTls(['127.0.0.1'], ...lines)).toBe('insecure_transport')
  })

  it('on loopback, in development, nobody needs to: a resource of plain http is served', async () => {
    await using served = await serveScene()
    expect((await served.send(await served.head(), body)).status).toBe(200)
  })

  it('a proxy that was named makes the connection one from elsewhere, also on loopback', async () => {
    await using served = await serveScene({ listener: { trustedProxies: ['127.0.0.1'] } })
    expect(codeOf(await served.send(await served.head(), body))).toBe('insecure_transport')
  })
})

describe('what a connection is', () => {
  /** A request as Node would hand it over, from that address. */
  function transportOf(remoteAddress: string | undefined, trustedProxies: string[] = [], proto?: string): string {
    const socket = new Socket()
    Object.defineProperty(socket, 'remoteAddress', { value: remoteAddress })
    const request = new IncomingMessage(socket)
    request.rawHeaders = proto === undefined ? [] : ['X-Forwarded-Proto', proto]
    return readNodeRequest(request, createAddressList(trustedProxies)).transport
  }

  it.each(['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1'])('from %s: of this machine', (address) => {
    expect(transportOf(address)).toBe('loopback')
  })

  it.each(['10.0.0.1', '128.0.0.1', '0.0.0.0', '::', '::ffff:10.0.0.1', 'fe80::1', '', undefined])(
    'from %s: from elsewhere, without TLS',
    (address) => {
      expect(transportOf(address)).toBe('plain')
      expect(transportOf(address, [], 'https')).toBe('plain')
    },
  )

  it('from a named proxy: what that says, in each way to write its address', () => {
    expect(transportOf('10.1.2.3', ['10.0.0.0/8'], 'https')).toBe('tls')
    expect(transportOf('::ffff:10.1.2.3', ['10.0.0.0/8'], 'https')).toBe('tls')
    expect(transportOf('2001:db8::7', ['2001:db8::/32'], 'https')).toBe('tls')
    expect(transportOf('11.1.2.3', ['10.0.0.0/8'], 'https')).toBe('plain')
  })

  it('of TLS itself: TLS, whatever a header says', () => {
    const request = new IncomingMessage(new TLSSocket(new Socket()))
    request.rawHeaders = ['X-Forwarded-Proto', 'http']
    expect(readNodeRequest(request, createAddressList([])).transport).toBe('tls')
  })
})

describe('trustedProxies', () => {
  it.each([
    'proxy.internal',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/ 8',
    '10.0.0.0/8/8',
    '10.0.0.0/0x8',
    '10.0.0.0/1e1',
    '10.0.0',
    '10.0.0.0/8.5',
    '::1/129',
    '',
    '/8',
    '*',
  ])('that is neither an address nor a range is a mistake of the operator: %j', async (range) => {
    await using served = await serveScene()
    const server = served.scene.guard.protect({ fetch: async () => new Response() })
    const create = () => createNodeListener(server, { trustedProxies: [range] })
    expect(create).toThrow(ConfigurationError)
    expect(create).toThrow(range)
  })
})
