import { afterEach, describe, expect, it } from 'vitest'
import { logIn, startAttempt } from '../../testing/code-flow.ts'
import { slowStores } from '../../testing/slow-store.ts'
import { startWorld, type World } from '../../testing/world.ts'

const stores = [
  { store: 'the SQLite store', variation: {} },
  { store: 'a store that takes 5 ms', variation: slowStores(5) },
  { store: 'a store that takes 20 ms', variation: slowStores(20) },
]

describe.each(stores)('a consent on $store', ({ variation }) => {
  let world: World
  afterEach(() => world.close())

  it('yields one answer, however often its form is sent at once', async () => {
    world = await startWorld(variation)
    const attempt = startAttempt(world)
    const page = await logIn(attempt)
    const answers = await Promise.all(Array.from({ length: 10 }, () => attempt.browser.submit(page, 'approve')))
    const codes = answers.filter(({ url }) => url.searchParams.has('code'))
    expect(codes).toHaveLength(1)
    for (const { status, url } of answers) if (!url.searchParams.has('code')) expect(status).toBe(400)
  })

  it('yields one answer, however often the browser comes back with it', async () => {
    world = await startWorld(variation)
    const attempt = startAttempt(world)
    const page = await logIn(attempt)
    const uid = page.url.pathname.split('/').at(-1)
    const { browser } = attempt
    const answers = await Promise.all([
      browser.submit(page, 'approve'),
      ...Array.from({ length: 10 }, () => browser.open(`${world.issuer}/authorize/${uid}`)),
    ])
    expect(answers.filter(({ url }) => url.searchParams.has('code')).length).toBeLessThan(2)
  })

  it('that was answered anew before the answer left is what was answered last', async () => {
    world = await startWorld(variation)
    const attempt = startAttempt(world, { scope: 'notes:read notes:write' })
    const page = await logIn(attempt)
    const action = /action="([^"]*)"/.exec(page.text)?.[1] ?? ''
    const token = /name="form_token" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
    const cookie = [...attempt.browser.cookies].map(([key, { value }]) => `${key.split(' ')[0]}=${value}`).join('; ')
    // Sent, and the way back not taken: the person went back and thought again.
    await fetch(new URL(action, page.url), {
      method: 'POST',
      redirect: 'manual',
      headers: { Cookie: cookie },
      body: new URLSearchParams({ form_token: token, decision: 'approve', 'right-0': 'yes', 'right-1': 'yes' }),
    })
    const denied = await attempt.browser.submit(page, 'deny')
    expect(denied.url.searchParams.get('error')).toBe('access_denied')
  })
})
