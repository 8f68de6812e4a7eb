import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createBrowser } from '../../testing/browser.ts'
import { logIn, startAttempt } from '../../testing/code-flow.ts'
import { startWorld, USER, type World } from '../../testing/world.ts'
import { html } from './html.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const openLogin = async () => {
  const attempt = startAttempt(world)
  return { ...attempt, page: await attempt.browser.open(attempt.url) }
}

describe('a page', () => {
  it('runs no script, loads nothing, is framed by nobody and kept by nothing', async () => {
    const { page, ...attempt } = await openLogin()
    const consent = await logIn(attempt)
    const error = await createBrowser(new URL(world.issuer).origin).open(`${world.issuer}/authorize?client_id=nobody`)
    for (const { headers, text } of [page, consent, error]) {
      const policy = headers.get('Content-Security-Policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("base-uri 'none'")
      expect(policy).not.toContain('unsafe')
      expect(policy).not.toContain('script-src')
      expect(headers.get('Cache-Control')).toContain('no-store')
      expect(text).not.toMatch(/<script|\son\w+=|\sstyle=/i)
    }
  })

  it('may send its form only here and on to the client that asked', async () => {
    const attempt = startAttempt(world, { redirect_uri: 'http://127.0.0.1:4711/callback' })
    const { headers } = await attempt.browser.open(attempt.url)
    expect(headers.get('Content-Security-Policy')).toContain("form-action 'self' http://127.0.0.1:4711;")
  })

  it('has a language, one heading, a main part and a label for each field', async () => {
    const { page, ...attempt } = await openLogin()
    for (const { text } of [page, await logIn(attempt)]) {
      expect(text).toMatch(/^<!DOCTYPE html>\n<html lang="en" /)
      expect(text.match(/<h1>/g)).toHaveLength(1)
      expect(text.match(/<main>/g)).toHaveLength(1)
      const fields = text.match(/<input (?!type="hidden")/g)
      const labels = text.match(/<label for="\w+">|<label class="right"><input type="checkbox"/g)
      expect(labels).toHaveLength(fields?.length ?? 0)
    }
  })

  it('shows whatever it was given as text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const { text } = html`<p title="${value}">${value}</p>`
        const plain = text.replace(/&(amp|lt|gt|quot|#39);/g, '')
        expect(plain.match(/[<>"']/g)).toEqual(['<', '"', '"', '>', '<', '>'])
      }),
    )
  })
})

describe('the consent page', () => {
  it('names the client, where it leads, the resource and each scope in words', async () => {
    const { text } = await logIn(startAttempt(world, { scope: 'openid notes:read notes:write' }))
    expect(text).toContain('Desktop &lt;b&gt;app&lt;/b&gt;')
    expect(text).not.toContain('<b>')
    expect(text).toContain('127.0.0.1')
    expect(text).toContain('Notes')
    expect(text).toContain('https://<strong>notes.example</strong>/mcp')
    expect(text).toContain('Read your notes')
    expect(text).toContain('Write notes')
    expect(text).toContain('it is you who logged in')
    expect(text).toContain(USER.name)
  })

  it('grants nothing to a form without its token, or with that of another page', async () => {
    const attempt = startAttempt(world)
    const page = await logIn(attempt)
    const other = await logIn(startAttempt(world, { scope: 'notes:read notes:write' }))
    const otherToken = /name="form_token" value="([^"]*)"/.exec(other.text)?.[1] ?? ''
    for (const form_token of ['', 'x', otherToken]) {
      const again = await attempt.browser.submit(page, 'approve', { form_token })
      expect(again.text).toContain('Allow')
      expect(again.url.origin).toBe(new URL(world.issuer).origin)
    }
    const approved = await attempt.browser.submit(page, 'approve')
    expect(approved.url.searchParams.get('code')).not.toBeNull()
  })

  it('is answered once', async () => {
    const attempt = startAttempt(world)
    const page = await logIn(attempt)
    await attempt.browser.submit(page, 'approve')
    const again = await attempt.browser.submit(page, 'approve')
    expect(again.status).toBe(400)
    expect(again.text).toContain('You have answered this already')
  })

  it('is no page for somebody else, who has the address and not the cookie', async () => {
    const page = await logIn(startAttempt(world))
    const stranger = createBrowser(new URL(world.issuer).origin)
    expect((await stranger.open(page.url)).status).toBe(400)
    expect((await stranger.submit(page, 'approve')).status).toBe(400)
  })

  it('cannot be jumped to by sending its form while the login is asked for', async () => {
    const { browser, page } = await openLogin()
    const jump = { ...page, text: page.text.replace('/login"', '/consent"') }
    expect((await browser.submit(jump, 'approve')).status).toBe(400)
  })

  it('is shown where a client asked for no page at all (prompt=none)', async () => {
    const attempt = startAttempt(world)
    await attempt.browser.submit(await logIn(attempt), 'approve')
    const silent = await attempt.browser.open(startAttempt(world, { prompt: 'none' }).url)
    expect(silent.url.searchParams.get('error')).toBe('consent_required')
  })
})

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
    expect((await browser.submit(page, 'login', { ...fields, form_token: 'x' })).status).toBe(403)
    expect((await browser.submit(page, 'login', fields, { Origin: 'https://evil.example' })).status).toBe(403)
    expect((await browser.submit(page, 'login', fields, { Origin: 'null' })).status).toBe(403)
    expect((await browser.submit(page, 'login', fields)).text).toContain('Allow')
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
