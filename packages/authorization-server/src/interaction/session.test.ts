import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { logIn, redeemCode, startAttempt } from '../../testing/code-flow.ts'
import { claimsOf, fetchNonce } from '../../testing/token-request.ts'
import { makeKey, startWorld, USER, type World } from '../../testing/world.ts'

const GRACE = { subject: 'user-2', name: 'Grace', password: 'a quite different phrase' }

let world: World
beforeAll(async () => {
  world = await startWorld({ options: { users: [USER, GRACE] } })
})
afterAll(() => world.close())

const fieldsOf = ({ name, password }: { name: string; password: string }) => ({ name, password })

/** Redeems the code of an answer, and yields for whom it is. */
const subjectOf = async (answer: URL, verifier: string) => {
  const exchange = { key: await makeKey(), nonce: await fetchNonce(world) }
  return claimsOf(await redeemCode(world, { code: answer.searchParams.get('code') ?? '', verifier }, exchange)).sub
}

describe('another account', () => {
  it('is chosen on the consent page, and the request goes on where it was', async () => {
    const attempt = startAttempt(world)
    const consent = await logIn(attempt)
    const login = await attempt.browser.submit(consent, 'switch')
    expect(login.text).toContain('You are logged out. Log in with the account that you want to use.')
    const again = await attempt.browser.submit(login, 'login', fieldsOf(GRACE))
    expect(again.text).toContain('<bdi>Grace</bdi>')
    const { url: answer } = await attempt.browser.submit(again, 'approve')
    expect(answer.searchParams.get('state')).toBe('some-state')
    expect(await subjectOf(answer, attempt.verifier)).toBe(GRACE.subject)
  })

  it('is not let in by a form that was shown to the one before', async () => {
    const attempt = startAttempt(world)
    const consent = await logIn(attempt)
    const login = await attempt.browser.submit(consent, 'switch')
    await attempt.browser.submit(login, 'login', fieldsOf(GRACE))
    const answer = await attempt.browser.submit(consent, 'approve')
    expect(answer.status).toBe(400)
  })

  it('logs in over somebody else without a page that runs a script', async () => {
    const first = startAttempt(world)
    await first.browser.submit(await logIn(first), 'deny')
    const fresh = startAttempt(world, { prompt: 'login' })
    const login = await first.browser.open(fresh.url)
    const consent = await first.browser.submit(login, 'login', fieldsOf(GRACE))
    expect(consent.text).toContain('<bdi>Grace</bdi>')
    const { url: answer } = await first.browser.submit(consent, 'approve')
    expect(await subjectOf(answer, fresh.verifier)).toBe(GRACE.subject)
  })
})

describe('a session that ends in mid-flow', () => {
  const ways = {
    'because somebody logged out in another tab': async (attempt: ReturnType<typeof startAttempt>) => {
      const other = await attempt.browser.open(startAttempt(world).url)
      await attempt.browser.submit(other, 'switch')
    },
    'because its cookie went': async ({ browser }: ReturnType<typeof startAttempt>) => {
      for (const name of browser.cookies.keys()) if (name.startsWith('_session')) browser.cookies.delete(name)
    },
    'because somebody else logged in': async (attempt: ReturnType<typeof startAttempt>) => {
      const other = await attempt.browser.open(startAttempt(world, { prompt: 'login' }).url)
      await attempt.browser.submit(other, 'login', fieldsOf(GRACE))
    },
  }

  it.each(Object.entries(ways))('asks for the login again and goes on where it was, %s', async (_title, end) => {
    const attempt = startAttempt(world)
    const consent = await logIn(attempt)
    await end(attempt)
    const login = await attempt.browser.submit(consent, 'approve')
    expect(login.text).toContain('You were logged out in the meantime.')
    expect(login.url.pathname).toBe(consent.url.pathname)
    const again = await attempt.browser.submit(login, 'login', fieldsOf(USER))
    expect(again.text).toContain('Allow access')
    const { url: answer } = await attempt.browser.submit(again, 'approve')
    expect(answer.searchParams.get('state')).toBe('some-state')
    expect(await subjectOf(answer, attempt.verifier)).toBe(USER.subject)
  })

  it('lets nobody in at a login page either that was opened before it ended', async () => {
    const first = startAttempt(world)
    await first.browser.submit(await logIn(first), 'deny')
    const fresh = startAttempt(world, { prompt: 'login' })
    const login = await first.browser.open(fresh.url)
    first.browser.cookies.clear()
    expect((await first.browser.submit(login, 'login', fieldsOf(USER))).status).toBe(400)
  })
})

describe('an interaction that has expired', () => {
  it('says to start again, and grants nothing', async () => {
    const attempt = startAttempt(world)
    const consent = await logIn(attempt)
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 })
    // The browser drops the cookie at the same time.
    for (const name of attempt.browser.cookies.keys()) {
      if (name.startsWith('_interaction')) attempt.browser.cookies.delete(name)
    }
    const late = [await attempt.browser.submit(consent, 'approve'), await attempt.browser.open(consent.url)]
    vi.useRealTimers()
    for (const { status, text } of late) {
      expect(status).toBe(400)
      expect(text).toContain('This page has expired')
      expect(text).toContain('start again')
    }
  })

  it('says so too where the browser comes back too late', async () => {
    const attempt = startAttempt(world)
    const { url } = await logIn(attempt)
    const late = await attempt.browser.open(`${world.issuer}/authorize/${url.pathname.split('/').at(-1)}x`)
    expect(late.status).toBe(400)
    expect(late.text).toContain('This page has expired')
  })
})
