import type { Page } from 'playwright-core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { claimsOf } from '../../packages/authorization-server/testing/token-request.ts'
import { useChromium } from './chromium.ts'
import { awaitAnswer, logIn, useScene } from './scene.ts'

const chromium = useChromium()
const scene = useScene()
afterEach(() => {
  vi.useRealTimers()
})

const allowIn = (page: Page) => page.getByRole('button', { name: 'Allow' })
const waitForHeading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

/** A tab on the consent page. */
const openConsent = async () => {
  const attempt = scene().request('notebook')
  const tab = await chromium.open()
  await tab.page.goto(attempt.url.href)
  await logIn(tab.page)
  await allowIn(tab.page).waitFor()
  return { ...tab, attempt }
}

describe('two tabs with two requests', () => {
  it('do not mix, whichever is answered first', async () => {
    const first = await openConsent()
    const second = await chromium.openBeside(first)
    const other = scene().request('notebook', { scope: 'notes:read', state: 'other-state' })
    await second.page.goto(other.url.href)
    expect(await second.page.getByRole('checkbox').count()).toBe(1)
    await first.page.getByRole('checkbox', { name: 'Read your notes' }).uncheck()

    await allowIn(second.page).click()
    const secondAnswer = await awaitAnswer(second.page)
    await allowIn(first.page).click()
    const firstAnswer = await awaitAnswer(first.page)
    expect(secondAnswer.searchParams.get('state')).toBe('other-state')
    expect(firstAnswer.searchParams.get('state')).toBe('some-state')
    expect(claimsOf(await scene().redeem(other, secondAnswer)).scope).toBe('notes:read')
    expect(claimsOf(await scene().redeem(first.attempt, firstAnswer)).scope).toBe('notes:write notes:delete')
    await first.page.context().close()
  })

  it('both log in, when nobody was logged in in either', async () => {
    const first = await chromium.open()
    const second = await chromium.openBeside(first)
    for (const { page } of [first, second]) await page.goto(scene().request('notebook').url.href)
    for (const { page } of [first, second]) {
      await logIn(page)
      await allowIn(page).waitFor()
    }
    for (const { page } of [first, second]) {
      await allowIn(page).click()
      expect((await awaitAnswer(page)).searchParams.get('code')).not.toBeNull()
    }
    await first.page.context().close()
  })
})

describe('a page that is over', () => {
  it('says so when somebody goes back to it', async () => {
    const { page } = await openConsent()
    await allowIn(page).click()
    await awaitAnswer(page)
    await page.goBack()
    await waitForHeading(page, 'You have answered this already')
    expect(await allowIn(page).count()).toBe(0)
    await page.context().close()
  })

  it('says so to a second tab that still shows it, and grants nothing twice', async () => {
    const first = await openConsent()
    const second = await chromium.openBeside(first)
    await second.page.goto(first.page.url())
    await allowIn(second.page).waitFor()
    await allowIn(first.page).click()
    await awaitAnswer(first.page)
    await allowIn(second.page).click()
    await waitForHeading(second.page, 'You have answered this already')
    await first.page.context().close()
  })

  it('says to start again when it was left open too long', async () => {
    const { page } = await openConsent()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 })
    // The browser keeps the cookie for just as long; its clock stands still here.
    await page.context().clearCookies({ name: /^_interaction/ })
    await allowIn(page).click()
    await waitForHeading(page, 'This page has expired')
    await page.getByText('start again').waitFor()
    await page.context().close()
  })
})

describe('a session that ends in mid-flow', () => {
  it('asks for the login again, then for the consent, and loses nothing', async () => {
    const { page, attempt } = await openConsent()
    await page.context().clearCookies({ name: /^_session/ })
    await allowIn(page).click()
    await page.getByText('You were logged out in the meantime.').waitFor()
    await logIn(page)
    await allowIn(page).click()
    const answer = await awaitAnswer(page)
    expect(answer.searchParams.get('state')).toBe('some-state')
    expect(await scene().redeem(attempt, answer)).toMatchObject({ status: 200 })
    await page.context().close()
  })
})

describe('another site', () => {
  it('cannot answer in the place of the person, though its cookies are sent along', async () => {
    const { page } = await openConsent()
    const action = `${page.url()}/consent`
    const sibling = await chromium.openBeside({ page, complaints: [], requests: [] })
    // Another port is another origin of the same site: SameSite keeps no cookie from it.
    await sibling.page.goto(scene().callback)
    await sibling.page.evaluate((target) => {
      const form = document.createElement('form')
      form.method = 'post'
      form.action = target
      form.innerHTML = '<input name="decision" value="approve"><input name="right-0" value="yes">'
      document.body.append(form)
      form.submit()
    }, action)
    await waitForHeading(sibling.page, 'This form was sent from somewhere else')
    await page.reload()
    await allowIn(page).waitFor()
    await page.context().close()
  })

  it('cannot show a page in a frame, nor keep a hand on the window that it opened', async () => {
    const { page } = await openConsent()
    const sibling = await chromium.openBeside({ page, complaints: [], requests: [] })
    await sibling.page.goto(scene().callback)
    const target = page.url()
    await sibling.page.evaluate((src) => {
      document.body.append(Object.assign(document.createElement('iframe'), { src }))
    }, target)
    await expect.poll(() => sibling.complaints.join()).toContain('frame-ancestors')

    const opening = page.context().waitForEvent('page')
    await sibling.page.evaluate((src) => Object.assign(globalThis, { child: window.open(src) }), target)
    const child = await opening
    await allowIn(child).waitFor()
    expect(await child.evaluate(() => window.opener)).toBeNull()
    expect(await sibling.page.evaluate(() => Reflect.get(globalThis, 'child').closed)).toBe(true)
    await page.context().close()
  })
})
