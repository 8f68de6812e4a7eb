import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBrowser } from '../../testing/browser.ts'
import { logIn, startAttempt } from '../../testing/code-flow.ts'
import { startWorld, type World } from '../../testing/world.ts'
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
      expect(headers.get('Referrer-Policy')).toBe('no-referrer')
      expect(headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin')
      expect(headers.get('X-Frame-Options')).toBe('DENY')
      expect(text).not.toMatch(/<script|\son\w+=|\sstyle=|\ssrc=|<link|url\(|@import/i)
    }
    expect(error.headers.get('Content-Security-Policy')).toContain("form-action 'none'")
  })

  it('may send its form only here and on to the client that asked', async () => {
    const attempt = startAttempt(world, { redirect_uri: 'http://127.0.0.1:4711/callback' })
    const { headers } = await attempt.browser.open(attempt.url)
    expect(headers.get('Content-Security-Policy')).toContain("form-action 'self' http://127.0.0.1:4711;")
  })

  it('names a form target by its scheme where the policy has no other form for it', async () => {
    const targets = [
      ['com.example.app:/callback', 'com.example.app:'],
      ['http://[::1]/callback', 'http:'],
      ['https://a;b.example/callback', 'https:'],
      ['https://app.example:8443/callback', 'https://app.example:8443'],
    ] as const
    for (const [redirectUri, source] of targets) {
      const client = { clientId: 'app', grants: ['authorization_code'], public: true, scopes: ['notes:read'] } as const
      const other = await startWorld({ clients: [{ ...client, redirectUris: [redirectUri] }] })
      const attempt = startAttempt(other, { client_id: 'app', redirect_uri: redirectUri })
      const { headers } = await attempt.browser.open(attempt.url)
      expect(headers.get('Content-Security-Policy')).toContain(`form-action 'self' ${source};`)
      await other.close()
    }
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
