import { request as httpRequest } from 'node:http'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startWorld, toolCall } from '../../testing/world.ts'
import { authorizeOnLoopback, type LoopbackOptions } from './loopback-authorization.ts'

async function listen(open: (url: URL) => void | Promise<void>, options?: LoopbackOptions) {
  const loopback = await authorizeOnLoopback(open, options)
  onTestFinished(loopback.close)
  return loopback
}

const asked = (state: string) => new URL(`https://auth.example/authorize?state=${state}`)

describe('RFC 8252 §7.3: the browser comes back to this machine', () => {
  it('yields the URL that the browser was sent to, and tells the person that it is over', async () => {
    let page: Promise<Response> | undefined
    const loopback = await listen(() => {
      page = fetch(`${loopback.redirectUri}?code=c&state=s1&iss=https://auth.example`)
    })
    const back = await loopback.authorize(asked('s1'))
    expect(back.href).toBe(`${loopback.redirectUri}?code=c&state=s1&iss=https://auth.example`)
    const response = await page
    expect(response?.headers.get('cache-control')).toBe('no-store')
    expect(response?.headers.get('referrer-policy')).toBe('no-referrer')
    expect(await response?.text()).toContain('You can close this window.')
    expect(new URL(loopback.redirectUri).hostname).toBe('127.0.0.1')
  })

  it('takes each answer once', async () => {
    const loopback = await listen(() => void fetch(`${loopback.redirectUri}?code=c&state=s1`))
    await loopback.authorize(asked('s1'))
    expect((await fetch(`${loopback.redirectUri}?code=c&state=s1`)).status).toBe(400)
  })

  it('serves several requests side by side, each with its own answer', async () => {
    const loopback = await listen((url) => void fetch(`${loopback.redirectUri}${url.search}&code=c`))
    const [one, two] = await Promise.all([loopback.authorize(asked('s1')), loopback.authorize(asked('s2'))])
    expect([one.searchParams.get('state'), two.searchParams.get('state')]).toEqual(['s1', 's2'])
  })

  it.each([
    ['with another state', '/callback?code=stolen&state=guess', {}],
    ['with two states', '/callback?code=stolen&state=s1&state=s1', {}],
    ['without a state', '/callback?code=stolen', {}],
    ['at another path', '/other?code=stolen&state=s1', {}],
    ['under another name', '/callback?code=stolen&state=s1', { host: 'evil.example' }],
    ['at an absolute URL', 'http://evil.example/callback?code=stolen&state=s1', {}],
  ])('RFC 8252 §8.3: an answer %s neither counts nor uses up the wait', async (_name, path, headers) => {
    const loopback = await listen(async () => {
      const { port } = new URL(loopback.redirectUri)
      const status = await new Promise((resolve) =>
        httpRequest({ host: '127.0.0.1', port, path, headers }, ({ statusCode }) => resolve(statusCode)).end(),
      )
      expect(status).toBe(400)
      void fetch(`${loopback.redirectUri}?code=honest&state=s1`)
    })
    expect((await loopback.authorize(asked('s1'))).searchParams.get('code')).toBe('honest')
  })

  it('takes no POST', async () => {
    const loopback = await listen(async () => {
      expect((await fetch(`${loopback.redirectUri}?code=c&state=s1`, { method: 'POST' })).status).toBe(400)
      void fetch(`${loopback.redirectUri}?code=c&state=s1`)
    })
    await loopback.authorize(asked('s1'))
  })

  it('gives up after the time that a person has', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const loopback = await listen(() => undefined, { timeout: 60 })
    const waiting = loopback.authorize(asked('s1'))
    waiting.catch(() => undefined)
    await vi.advanceTimersByTimeAsync(60_000)
    await expect(waiting).rejects.toMatchObject({ code: 'authorization_denied' })
  })

  it('gives up when it is closed, and when no browser can be opened', async () => {
    const loopback = await listen(() => undefined)
    const waiting = loopback.authorize(asked('s1'))
    waiting.catch(() => undefined)
    await loopback.close()
    await expect(waiting).rejects.toMatchObject({ code: 'authorization_denied' })
    const broken = await listen(() => Promise.reject(new Error('no browser')))
    await expect(broken.authorize(asked('s1'))).rejects.toThrow('no browser')
  })

  it('fits the credentials of an agent', async () => {
    const { notes, authorization, agent } = await startWorld(onTestFinished, { grant: 'authorization_code' })
    const { redirectUri, authorize } = await listen((url) => void fetch(authorization.browse(url)))
    const { fetch: agentFetch } = await agent({ credentials: { clientId: 'agent', redirectUri, authorize } })
    expect((await agentFetch(notes.endpoint, toolCall('read_notes'))).status).toBe(200)
  })
})
