import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { behindProxy } from './behind-proxy.ts'

/** Asks from an address; yields the status, 200 for what was let through. */
function ask(remoteAddress: string, proto?: string, proxies = ['10.0.0.0/8', 'fd00::/8', '192.0.2.7']): number {
  let status = 0
  const response = {
    writeHead: (code: number) => {
      status = code
    },
    end: () => undefined,
  } as unknown as ServerResponse
  const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto }
  const request = { headers, socket: { remoteAddress } } as unknown as IncomingMessage
  behindProxy(proxies, () => {
    status = 200
  })(request, response)
  return status
}

describe('a request', () => {
  it.each(['10.1.2.3', '::ffff:10.1.2.3', 'fd00::1', '192.0.2.7'])(
    'from the proxy %s that came by https is taken',
    (from) => {
      expect(ask(from, 'https')).toBe(200)
    },
  )

  it('from a proxy that got it in clear, or does not say, is refused', () => {
    for (const proto of ['http', 'https, http', '', undefined]) expect(ask('10.1.2.3', proto)).toBe(403)
  })

  it('that says https by itself is refused', () => {
    for (const from of ['192.0.2.8', '127.0.0.1', '::1', '']) expect(ask(from, 'https')).toBe(403)
  })
})
