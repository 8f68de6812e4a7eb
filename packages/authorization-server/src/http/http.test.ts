import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { approve, startAttempt } from '../../testing/code-flow.ts'
import { assertionForm, fetchNonce, makeTokenProof, postToken, requestAgentToken } from '../../testing/token-request.ts'
import { startWorld, type World } from '../../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const post = (path: string, init: RequestInit) => fetch(`${world.issuer}${path}`, { method: 'POST', ...init })
const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

describe('the token endpoint', () => {
  it('refuses bodies over 56 KiB with 413, announced or not', async () => {
    const big = `grant_type=client_credentials&x=${'y'.repeat(60_000)}`
    expect((await post('/token', { body: big, headers: form })).status).toBe(413)
    const chunked = new Blob([big]).stream()
    const init = { body: chunked, headers: form, duplex: 'half' } as RequestInit
    expect((await post('/token', init)).status).toBe(413)
  })

  it('answers other content types, empty bodies and doubled parameters with 4xx', async () => {
    const cases: RequestInit[] = [
      { body: '{"grant_type":"client_credentials"}', headers: { 'Content-Type': 'application/json' } },
      { body: 'grant_type=client_credentials', headers: { 'Content-Type': 'text/plain' } },
      { headers: form },
      {},
      { body: 'grant_type=client_credentials&grant_type=client_credentials&client_id=desktop', headers: form },
      { body: 'grant_type=password&client_id=desktop&username=a&password=b', headers: form },
      { body: '%ff%fe=%00&&&=', headers: form },
    ]
    for (const init of cases) {
      const response = await post('/token', init)
      expect(response.status).toBeGreaterThanOrEqual(400)
      expect(response.status).toBeLessThan(500)
      expect(JSON.parse(await response.text())).toMatchObject({ error: expect.any(String) })
    }
  })

  it('takes POST alone and says so', async () => {
    const response = await fetch(`${world.issuer}/token`)
    expect(response.status).toBe(405)
    expect(response.headers.get('Allow')).toContain('POST')
  })

  it('keeps its answers out of caches', async () => {
    expect((await requestAgentToken(world)).headers.get('Cache-Control')).toBe('no-store')
  })

  it('opens itself to scripts from the origins that a client redirects to, and to no others', async () => {
    const ask = async (Origin: string) =>
      (await post('/token', { body: 'grant_type=authorization_code&client_id=desktop', headers: { ...form, Origin } }))
        .headers
    expect((await ask('https://evil.example')).get('Access-Control-Allow-Origin')).toBeNull()
    expect((await ask('http://127.0.0.1')).get('Access-Control-Allow-Origin')).toBe('http://127.0.0.1')
  })
})

describe('every answer', () => {
  it('forbids sniffing, and tells nothing about the inside', async () => {
    const responses = await Promise.all([
      fetch(`${world.issuer}/`),
      fetch(`${world.issuer}/nothing`),
      fetch(`${world.issuer}/authorize`),
      fetch(`${world.issuer}/authorize?client_id=desktop&redirect_uri=http://127.0.0.1/callback`, {
        redirect: 'manual',
      }),
      fetch(`${world.issuer}/interaction/made-up`),
      fetch(`${world.issuer}/interaction/%2e%2e/x`),
      post('/interaction/made-up/login', { body: 'name=x', headers: form }),
      post('/session/end/confirm', { body: 'x=y', headers: form }),
      post('/token', { body: 'x', headers: form }),
    ])
    for (const response of responses) {
      const text = await response.text()
      expect(response.headers.get('X-Content-Type-Options'), response.url).toBe('nosniff')
      expect(response.status, response.url).toBeLessThan(500)
      expect(text, response.url).not.toMatch(/\bat \S+ \(|node_modules|\.[jt]s:\d/)
    }
  })

  it('stays a clean 500, with the position in the log alone, when the inside breaks', async () => {
    const broken = await startWorld({
      wrapAdapter: (adapter) => ({
        ...adapter,
        find: async () => {
          throw new Error('the secret of the store')
        },
      }),
    })
    const response = await fetch(`${broken.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'desktop',
        code: 'x',
        redirect_uri: 'x',
      }),
      headers: { DPoP: await makeTokenProof(world.issuer, world.agentKey, {}) },
    })
    await response.text()
    const nonce = await fetchNonce(broken)
    const answer = await postToken(
      broken.issuer,
      { grant_type: 'authorization_code', client_id: 'desktop', code: 'x', redirect_uri: 'x', code_verifier: 'x' },
      { DPoP: await makeTokenProof(broken.issuer, broken.agentKey, { nonce }) },
    )
    expect(answer).toMatchObject({ status: 500, body: { error: 'server_error' } })
    expect(JSON.stringify(answer.body)).not.toContain('secret')
    const entry = broken.log.find(({ type }) => type === 'server_error')
    expect(entry).toMatchObject({ name: 'Error', at: expect.stringContaining('http.test.ts') })
    expect(JSON.stringify(broken.log)).not.toContain('the secret')
    await broken.close()
  })

  it('survives bytes that are no HTTP, and targets that are no paths', async () => {
    const { port } = new URL(world.issuer)
    for (const target of ['http://evil.example/token', '//evil.example/token', '/%', '*', '/\\evil', '/authorize?%']) {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`))
        let text = ''
        socket.on('data', (chunk) => {
          text += chunk
        })
        socket.on('end', () => resolve(text))
        socket.on('error', reject)
      })
      expect(answer, target).toMatch(/^HTTP\/1\.1 4\d\d/)
    }
    expect((await requestAgentToken(world)).status).toBe(200)
  })
})

describe('the process', () => {
  it('is told nothing on its console', async () => {
    const writes = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')]
    const calls = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name))
    const quiet = await startWorld()
    await requestAgentToken(quiet)
    await approve(startAttempt(quiet))
    await postToken(quiet.issuer, await assertionForm(quiet.issuer, 'nobody', quiet.agentKey))
    await fetch(`${quiet.issuer}/nothing`)
    await quiet.close()
    for (const spy of calls) expect(spy).not.toHaveBeenCalled()
    for (const spy of writes) spy.mockRestore()
    vi.restoreAllMocks()
  })
})
