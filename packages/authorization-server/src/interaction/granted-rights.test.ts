import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Browser, Visited } from '../../testing/browser.ts'
import { logIn, redeemCode, refresh, startAttempt } from '../../testing/code-flow.ts'
import { claimsOf, fetchNonce } from '../../testing/token-request.ts'
import { type KeyPair, makeKey, NOTES, REDIRECT, startWorld, type World } from '../../testing/world.ts'
import type { ClientRegistration, ResourceRegistration } from '../configuration/options.ts'

/** Scope tokens are any printable ASCII but space, quote and backslash (RFC 6749 §3.3); words are any text. */
const scopes = {
  'notes:read': 'Read your notes',
  'notes:write': 'Write notes',
  'https://notes.example/share': 'Share notes with <b>everybody</b> & "friends"',
  "it's": "It's",
  '<script>': '</bdi></code><script>alert(1)</script>',
  'a&amp;b': 'א "ב" ג',
  toString: 'Be a property of every object',
  'notes:delete': 'Delete notes',
}
const all = Object.keys(scopes)

const register = (clientId: string, registered: string[]): ClientRegistration => ({
  clientId,
  grants: ['authorization_code', 'refresh_token'],
  public: true,
  redirectUris: [REDIRECT],
  scopes: registered,
})
const clients = [
  register('all', all),
  register(
    'half',
    all.filter((_scope, place) => place % 2 === 0),
  ),
  register('one', ['notes:read']),
]

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const readText = (text: string) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_entity, name) => entities[name] ?? '')

/** What stands on the page, read as a person would: the words, the scope, and the box beside them. */
function readRights({ text }: Visited) {
  const lines = text.matchAll(
    /<input type="checkbox" name="([^"]*)" value="yes" checked>\s*<span><bdi>([^<]*)<\/bdi> <code>([^<]*)<\/code>/g,
  )
  return [...lines].map(([, field = '', words = '', scope = '']) => ({
    field,
    words: readText(words),
    scope: readText(scope),
  }))
}

const resources: ResourceRegistration[] = [{ resource: NOTES, name: 'Notes', scopes }]
let world: World
let key: KeyPair
let nonce: string
let browser: Browser

const askFor = async (client_id: string, scope: string) => {
  const attempt = startAttempt(world, { client_id, scope })
  return { ...attempt, browser, page: await browser.open(attempt.url) }
}

const redeem = (client_id: string, back: URL, verifier: string) =>
  redeemCode(world, { code: back.searchParams.get('code') ?? '', verifier }, { key, nonce, form: { client_id } })

beforeAll(async () => {
  world = await startWorld({ clients, options: { resources } })
  key = await makeKey()
  nonce = await fetchNonce(world)
  const first = startAttempt(world, { client_id: 'all' })
  browser = first.browser
  await browser.submit(await logIn(first), 'deny')
})
afterAll(() => world.close())
afterEach(() => {
  vi.useRealTimers()
})

describe('X9 a consent page and its token', () => {
  it('agree, whatever is registered, asked for and left ticked', async () => {
    const anyRequest = fc.record({
      client: fc.constantFrom(...clients),
      requested: fc.subarray([...all, 'openid', 'unheard:of'], { minLength: 1 }),
      unticked: fc.subarray([...all, 'openid']),
    })
    await fc.assert(
      fc.asyncProperty(anyRequest, async ({ client, requested, unticked }) => {
        const { page, verifier } = await askFor(client.clientId, requested.join(' '))
        const offered = requested.filter((scope) => scope === 'openid' || client.scopes.includes(scope))
        const others = requested.filter((scope) => all.includes(scope) && !client.scopes.includes(scope))
        if (offered.length === 0 || others.length > 0) {
          expect(page.url.searchParams.get('error')).toBe('invalid_scope')
          return
        }

        const shown = readRights(page)
        expect(shown.map(({ scope }) => scope).sort()).toEqual(offered.sort())
        for (const { scope, words } of shown) if (scope in scopes) expect(words).toBe(Reflect.get(scopes, scope))

        const without = shown.filter(({ scope }) => unticked.includes(scope))
        const kept = shown.filter((right) => !without.includes(right)).map(({ scope }) => scope)
        const fields = Object.fromEntries(without.map(({ field }) => [field, undefined]))
        const { url: back } = await browser.submit(page, 'approve', fields)
        if (kept.length === 0) {
          expect(back.searchParams.get('error')).toBe('access_denied')
          return
        }

        const expected = kept.filter((scope) => scope !== 'openid').sort()
        const tokens = await redeem(client.clientId, back, verifier)
        expect(tokens.body.id_token !== undefined).toBe(kept.includes('openid'))
        const refreshed = await refresh(world, String(tokens.body.refresh_token), {
          key,
          nonce,
          form: { client_id: client.clientId },
        })
        for (const answer of [tokens, refreshed]) {
          expect(
            String(claimsOf(answer).scope ?? '')
              .split(' ')
              .filter(Boolean)
              .sort(),
          ).toEqual(expected)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('agree also when somebody writes fields into the form that the page does not have', async () => {
    const { page, verifier } = await askFor('one', 'notes:read')
    const more = { 'right-1': 'yes', 'right--1': 'yes', 'right-0x1': 'yes', scope: all.join(' '), rights: 'all' }
    const { url: back } = await browser.submit(page, 'approve', more)
    expect(claimsOf(await redeem('one', back, verifier)).scope).toBe('notes:read')
  })

  it('agree also when what a scope means has changed while somebody read the page', async () => {
    const { page } = await askFor('one', 'notes:read')
    const before = resources.splice(0, 1, {
      resource: NOTES,
      scopes: { ...scopes, 'notes:read': 'Publish your notes' },
    })
    await world.restart()
    const again = await browser.submit(page, 'approve')
    expect(again.status).toBe(403)
    expect(again.text).toContain('Publish your notes')
    resources.splice(0, 1, ...before)
    await world.restart()
    expect((await browser.submit(page, 'approve')).url.searchParams.get('code')).not.toBeNull()
  })

  it('agree on how long: a refresh token ends with its grant, and without use before', async () => {
    const { page, verifier } = await askFor('one', 'notes:read')
    expect(page.text).toContain('At most 30 days; it ends after 14 days without use')
    const { url: back } = await browser.submit(page, 'approve')
    let tokens = await redeem('one', back, verifier)
    const start = Date.now()
    const refreshOnDay = async (day: number) => {
      vi.useFakeTimers({ toFake: ['Date'], now: start + day * 86_400_000 })
      const fresh = { key, nonce: await fetchNonce(world), form: { client_id: 'one' } }
      return refresh(world, String(tokens.body.refresh_token), fresh)
    }
    for (const day of [13, 26, 29.9]) {
      tokens = await refreshOnDay(day)
      expect(tokens.status, `day ${day}`).toBe(200)
    }
    expect((await refreshOnDay(30.1)).body.error).toBe('invalid_grant')
  })
})
