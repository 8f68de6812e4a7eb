import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSafeFetch } from './safe-fetch.ts'
import { makeCertificate, type TestCertificate } from './testing/certificate.test-fixture.ts'

const good = makeCertificate(['auth.test'])

/** An https server that notes the name each client asked for, and whether a TLS session was taken up again. */
function useTlsServer({ cert, key }: TestCertificate) {
  const seen: { servername: unknown; isReused: boolean; alpn: unknown }[] = []
  const server: Server = createServer({ cert, key, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      seen.push({
        servername: Reflect.get(socket, 'servername'),
        isReused: socket.isSessionReused(),
        alpn: socket.alpnProtocol,
      })
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone')
    })
  })
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterEach(() => void seen.splice(0))
  afterAll(() => void server.close())
  return { seen, port: () => (server.address() as AddressInfo).port }
}

/** A fetch for which every name leads to this machine. */
function fetchFrom(url: string, ca: readonly string[], allow = ['127.0.0.1']): Promise<Response> {
  return createSafeFetch({ allow, ca, lookup: async () => [{ address: '127.0.0.1' }] })(url)
}

function refusal(reason: string): unknown {
  return expect.objectContaining({ name: 'FetchRefused', reason })
}

describe('https (RFC 9110 §4.3.4)', () => {
  const server = useTlsServer(good)

  it('is spoken with a server whose certificate is good for the name, at the address that was judged', async () => {
    const response = await fetchFrom(`https://auth.test:${server.port()}/`, [good.cert])
    expect(await response.text()).toBe('done')
    expect(server.seen).toEqual([{ servername: 'auth.test', isReused: false, alpn: 'http/1.1' }])
  })

  it('takes up no TLS session of before', async () => {
    const fetcher = createSafeFetch({
      allow: ['127.0.0.1'],
      ca: [good.cert],
      lookup: async () => [{ address: '127.0.0.1' }],
    })
    for (let i = 0; i < 3; i++) await fetcher(`https://auth.test:${server.port()}/`)
    expect(server.seen.map(({ isReused }) => isReused)).toEqual([false, false, false])
  })

  it.each(['other.test', 'auth.test.other.test', '127.0.0.1'])(
    'is not spoken with one of another name: %s',
    async (host) => {
      await expect(fetchFrom(`https://${host}:${server.port()}/`, [good.cert])).rejects.toEqual(refusal('certificate'))
      expect(server.seen).toEqual([])
    },
  )

  it('is not spoken with one whose authority is not trusted', async () => {
    await expect(fetchFrom(`https://auth.test:${server.port()}/`, [])).rejects.toEqual(refusal('certificate'))
    await expect(
      fetchFrom(`https://auth.test:${server.port()}/`, [makeCertificate(['auth.test']).cert]),
    ).rejects.toEqual(refusal('certificate'))
    expect(server.seen).toEqual([])
  })

  it('does not become less strict by the environment', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    try {
      await expect(fetchFrom(`https://auth.test:${server.port()}/`, [])).rejects.toEqual(refusal('certificate'))
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    }
    expect(server.seen).toEqual([])
  })

  it('is not given up for plain http by an allowance of the address', async () => {
    await expect(fetchFrom(`http://auth.test:${server.port()}/`, [good.cert])).rejects.toEqual(refusal('scheme'))
  })
})

describe('https with an expired certificate', () => {
  const expired = makeCertificate(['auth.test'], {
    validFrom: Date.now() - 7_200_000,
    validUntil: Date.now() - 3_600_000,
  })
  const server = useTlsServer(expired)

  it('is not spoken', async () => {
    await expect(fetchFrom(`https://auth.test:${server.port()}/`, [expired.cert])).rejects.toEqual(
      refusal('certificate'),
    )
    expect(server.seen).toEqual([])
  })
})
