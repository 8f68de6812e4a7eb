import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { logIn, startAttempt } from '../../testing/code-flow.ts'
import { startWorld, USER, type World } from '../../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const openLogin = async () => {
  const attempt = startAttempt(world)
  return { ...attempt, page: await attempt.browser.open(attempt.url) }
}

describe('the login page', () => {
  it('says the same to a wrong password and to an unknown name', async () => {
    const attempts = [
      { name: USER.name, password: 'wrong' },
      { name: 'Nobody', password: USER.password },
    ]
    const texts = []
    for (const fields of attempts) {
      const { browser, page } = await openLogin()
      const answer = await browser.submit(page, 'login', fields)
      expect(answer.status).toBe(401)
      texts.push(/role="alert"[^>]*>([^<]*)</.exec(answer.text)?.[1])
    }
    expect(texts[0]).toBe(texts[1])
  })

  it('keeps what was typed as the name, as text, and never the password', async () => {
    const { browser, page } = await openLogin()
    const answer = await browser.submit(page, 'login', { name: '"><script>', password: 'hunter2' })
    expect(answer.text).toContain('value="&quot;&gt;&lt;script&gt;"')
    expect(answer.text).not.toContain('hunter2')
  })

  it('takes its form from its own page alone', async () => {
    const { browser, page } = await openLogin()
    const fields = { name: USER.name, password: USER.password }
    const { page: other } = await openLogin()
    const otherToken = /name="form_token" value="([^"]*)"/.exec(other.text)?.[1]
    for (const form_token of ['x', otherToken, undefined]) {
      const refused = await browser.submit(page, 'login', { ...fields, form_token })
      expect(refused.status).toBe(403)
      expect(refused.text).toContain('Nobody was logged in')
    }
    expect((await browser.submit(page, 'login', fields)).text).toContain('Allow')
  })

  it('takes its form only from where the browser says that it was shown', async () => {
    const { browser, page } = await openLogin()
    const fields = { name: USER.name, password: USER.password }
    const ours = new URL(world.issuer).origin
    const foreign: Record<string, string>[] = [
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
      { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
      { Origin: ours, 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'same-origin' },
    ]
    for (const headers of foreign) {
      const refused = await browser.submit(page, 'login', fields, headers)
      expect(refused.status, JSON.stringify(headers)).toBe(403)
      expect(refused.text).toContain('sent from somewhere else')
    }
    const sent = await browser.submit(page, 'login', fields, { Origin: 'null', 'Sec-Fetch-Site': 'same-origin' })
    expect(sent.text).toContain('Allow')
  })

  it('lets password managers in, and says to screen readers first what went wrong', async () => {
    const { browser, page } = await openLogin()
    expect(page.text).toMatch(/<input id="name"[^>]* autocomplete="username"/)
    expect(page.text).toMatch(/<input id="password"[^>]* type="password" autocomplete="current-password"/)
    const answer = await browser.submit(page, 'login', { name: 'Ada', password: 'x' })
    expect(answer.text).toContain('<title>Problem: Log in</title>')
    expect(answer.text).toMatch(/<input id="password"[^>]* aria-describedby="notice" aria-invalid="true" autofocus>/)
  })

  it('reads small forms only, each field once', async () => {
    const { browser, page } = await openLogin()
    expect((await browser.submit(page, 'login', { name: 'x'.repeat(9000) })).status).toBe(413)
    expect((await browser.submit(page, 'login', {}, { 'Content-Type': 'text/plain' })).status).toBe(415)
  })

  it('can be tried ten times a name, then waits', async () => {
    const quick = await startWorld()
    const attempt = startAttempt(quick)
    let page = await attempt.browser.open(attempt.url)
    for (let failure = 0; failure < 10; failure++) {
      page = await attempt.browser.submit(page, 'login', { name: USER.name, password: `wrong ${failure}` })
      expect(page.status).toBe(401)
    }
    const good = { name: USER.name, password: USER.password }
    page = await attempt.browser.submit(page, 'login', good)
    expect(page.status).toBe(429)
    expect(page.headers.get('Retry-After')).toBe('300')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 301_000 })
    expect((await attempt.browser.submit(page, 'login', good)).text).toContain('Allow')
    vi.useRealTimers()
    await quick.close()
  })

  it('is shown again when a client asks for a fresh login', async () => {
    const attempt = startAttempt(world)
    await attempt.browser.submit(await logIn(attempt), 'approve')
    const page = await attempt.browser.open(startAttempt(world, { prompt: 'login' }).url)
    expect(page.text).toContain('Password')
    const consent = await attempt.browser.submit(page, 'login', { name: USER.name, password: USER.password })
    expect(consent.text).toContain('Allow')
  })
})
