import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type AdminParts, createAdminListener } from './listener.ts'

let http: Server
let parts: AdminParts
const errors: unknown[] = []
beforeAll(async () => {
  const current: AdminParts = { renderMetrics: () => parts.renderMetrics(), readiness: () => parts.readiness() }
  http = createServer(createAdminListener(current, (error) => errors.push(error)))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
})
afterAll(() => http.close())
beforeEach(() => {
  errors.length = 0
  parts = {
    renderMetrics: async () => 'calls_total 1\n',
    readiness: async () => ({ ready: true, checks: { ledger: 'ok' } }),
  }
})

/** `fetch` sends no `Host` but its own. */
function ask(path: string, { method = 'GET', host = '127.0.0.1' } = {}) {
  const { port } = http.address() as AddressInfo
  return new Promise<{ status: number; type: string | undefined; body: string }>((resolve, reject) => {
    const outgoing = request({ port, host: '127.0.0.1', path, method, headers: { host }, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], body }),
      )
    })
    outgoing.on('error', reject).end()
  })
}

describe('the admin listener', () => {
  it('is alive as long as it answers', async () => {
    parts = { ...parts, readiness: () => Promise.reject(new Error('disk full')) }
    expect(await ask('/healthz')).toMatchObject({ status: 200, body: '{"status":"ok"}' })
  })

  it('is ready with 200 and not with 503, and says what is missing', async () => {
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: '{"ready":true,"checks":{"ledger":"ok"}}' })
    parts = { ...parts, readiness: async () => ({ ready: false, checks: { ledger: 'failed' } }) }
    expect(await ask('/readyz')).toMatchObject({ status: 503, body: '{"ready":false,"checks":{"ledger":"failed"}}' })
  })

  it('gives the metrics in the form that Prometheus reads, also with parameters', async () => {
    const expected = { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body: 'calls_total 1\n' }
    expect(await ask('/metrics')).toEqual(expected)
    expect(await ask('/metrics?module=x')).toEqual(expected)
    expect(await ask('/metrics', { method: 'HEAD' })).toEqual({ ...expected, body: '' })
  })

  it('has nothing else, and takes nothing', async () => {
    expect(await ask('/')).toMatchObject({ status: 404 })
    expect(await ask('/healthz', { method: 'POST' })).toMatchObject({ status: 405 })
    expect(await ask('//[')).toMatchObject({ status: 404 })
  })

  it.each(['127.0.0.1:7402', 'localhost', '[::1]:7402'])('is there for this machine: %s', async (host) => {
    expect(await ask('/metrics', { host })).toMatchObject({ status: 200 })
  })

  it.each(['evil.example', '127.0.0.1.evil.example', '10.0.0.1', '0.0.0.0', 'a b'])(
    'is not there for a page in a browser that makes its own name point here: %j',
    async (host) => {
      expect(await ask('/metrics', { host })).toMatchObject({ status: 403 })
    },
  )

  it('keeps to itself what broke', async () => {
    const broken = new Error('password of the database')
    parts = { ...parts, renderMetrics: () => Promise.reject(broken) }
    expect(await ask('/metrics')).toMatchObject({ status: 500, body: '{"error":"server_error"}' })
    expect(errors).toEqual([broken])
  })
})
