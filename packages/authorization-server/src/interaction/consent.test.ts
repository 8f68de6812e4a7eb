import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBrowser } from '../../testing/browser.ts'
import { logIn, startAttempt } from '../../testing/code-flow.ts'
import { startWorld, USER, type World } from '../../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

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
    for (const form_token of ['', 'x', otherToken, undefined]) {
      const again = await attempt.browser.submit(page, 'approve', { form_token })
      expect(again.status).toBe(403)
      expect(again.text).toContain('Nothing was allowed')
      expect(again.text).toContain('>Allow</button>')
    }
    const approved = await attempt.browser.submit(page, 'approve')
    expect(approved.url.searchParams.get('code')).not.toBeNull()
  })

  it('is answered once', async () => {
    const attempt = startAttempt(world)
    const page = await logIn(attempt)
    await attempt.browser.submit(page, 'approve')
    for (const again of [await attempt.browser.submit(page, 'approve'), await attempt.browser.open(page.url)]) {
      expect(again.status).toBe(400)
      expect(again.text).toContain('You have answered this already')
    }
  })

  it('is no page for somebody else, who has the address and not the cookie', async () => {
    const page = await logIn(startAttempt(world))
    const stranger = createBrowser(new URL(world.issuer).origin)
    expect((await stranger.open(page.url)).status).toBe(400)
    expect((await stranger.submit(page, 'approve')).status).toBe(400)
  })

  it('cannot be jumped to by sending its form while the login is asked for', async () => {
    const { browser, url } = startAttempt(world)
    const page = await browser.open(url)
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
