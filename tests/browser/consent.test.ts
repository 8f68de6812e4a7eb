import { describe, expect, it } from 'vitest'
import { claimsOf } from '../../packages/authorization-server/testing/token-request.ts'
import { USER } from '../../packages/authorization-server/testing/world.ts'
import { type Tab, useChromium } from './chromium.ts'
import { awaitAnswer, type ClientId, logIn, OTHER_USER, useScene } from './scene.ts'

const chromium = useChromium()
const scene = useScene()

const openConsent = async (clientId: ClientId, params: Record<string, string> = {}) => {
  const attempt = scene().request(clientId, params)
  const tab = await chromium.open()
  await tab.page.goto(attempt.url.href)
  await logIn(tab.page)
  const allow = tab.page.getByRole('button', { name: 'Allow' })
  await allow.waitFor()
  return { ...tab, attempt, allow }
}

const closeTab = ({ page }: Pick<Tab, 'page'>) => page.context().close()

describe('a person who allows', () => {
  it('gives what is ticked, to the token and to every token after it', async () => {
    const { page, attempt, allow, complaints } = await openConsent('notebook')
    await page.getByRole('checkbox', { name: 'Delete notes' }).uncheck()
    await allow.click()
    const tokens = await scene().redeem(attempt, await awaitAnswer(page))
    expect(claimsOf(tokens)).toMatchObject({ sub: USER.subject, scope: 'notes:read notes:write' })
    expect(claimsOf(await scene().refresh(tokens)).scope).toBe('notes:read notes:write')
    expect(complaints).toEqual([])
    await closeTab({ page })
  })

  it('gives nothing when nothing is ticked', async () => {
    const { page, allow } = await openConsent('notebook')
    for (const box of await page.getByRole('checkbox').all()) await box.uncheck()
    await allow.click()
    expect((await awaitAnswer(page)).searchParams.get('error')).toBe('access_denied')
    await closeTab({ page })
  })

  it('sends the browser to the registered host and nowhere else', async () => {
    const { page, allow, requests, complaints } = await openConsent('web')
    const answered = page.waitForRequest(/^https:\/\/notebook\.example\/callback\?code=/)
    await allow.click()
    expect((await answered).headers()).not.toHaveProperty('referer')
    const hosts = new Set(requests.map(({ origin }) => origin))
    expect([...hosts]).toEqual([new URL(scene().world.issuer).origin, 'https://notebook.example'])
    // The host is made up, so that it cannot be found is all there is to complain about.
    expect(complaints.filter((text) => !text.includes('ERR_NAME_NOT_RESOLVED'))).toEqual([])
    await closeTab({ page })
  })

  it('lets the browser open an app by its scheme', async () => {
    const { page, allow, complaints } = await openConsent('phone')
    expect(await page.getByText('An app on this computer').count()).toBe(1)
    // No such app is installed; that the browser was sent to it, and its policy had no objection, is what can be seen.
    const sent = page.waitForResponse(/\/authorize\//)
    await allow.click()
    expect((await sent).headers().location).toMatch(/^com\.example\.notebook:\/callback\?code=/)
    await page.evaluate(() => new Promise(requestAnimationFrame))
    expect(complaints).toEqual([])
    await closeTab({ page })
  })

  it('gets one answer for a double click', async () => {
    const { page, attempt, allow } = await openConsent('notebook')
    await allow.dblclick()
    expect(await scene().redeem(attempt, await awaitAnswer(page))).toMatchObject({ status: 200 })
    await closeTab({ page })
  })
})

describe('a person who denies', () => {
  it('is sent back with access_denied, and with what the client needs to know it by', async () => {
    const { page, complaints } = await openConsent('notebook')
    await page.getByRole('button', { name: 'Deny' }).click()
    expect(Object.fromEntries((await awaitAnswer(page)).searchParams)).toMatchObject({
      error: 'access_denied',
      state: 'some-state',
      iss: scene().world.issuer,
    })
    expect(complaints).toEqual([])
    await closeTab({ page })
  })
})

describe('a person who is logged in as somebody else', () => {
  it('changes the account and goes on where they were', async () => {
    const { page, attempt, allow } = await openConsent('notebook')
    await page.getByRole('button', { name: 'Use another account' }).click()
    await page.getByText('You are logged out.').waitFor()
    await logIn(page, OTHER_USER)
    await page.getByText(OTHER_USER.name, { exact: true }).waitFor()
    await allow.click()
    const answer = await awaitAnswer(page)
    expect(claimsOf(await scene().redeem(attempt, answer)).sub).toBe(OTHER_USER.subject)
    await closeTab({ page })
  })
})
