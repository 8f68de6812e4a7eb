import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { claimsOf } from '../../packages/authorization-server/testing/token-request.ts'
import { USER } from '../../packages/authorization-server/testing/world.ts'
import { useChromium } from './chromium.ts'
import { awaitAnswer, logIn, useScene } from './scene.ts'

const chromium = useChromium()
const scene = useScene()

/** What has the focus, and whether that is to be seen. */
const readFocus = (page: Page) =>
  page.evaluate(() => {
    const focused = document.activeElement
    if (!(focused instanceof HTMLElement)) return undefined
    const { outlineStyle, outlineWidth } = getComputedStyle(focused)
    const label = focused instanceof HTMLInputElement ? focused.labels?.item(0).textContent : focused.textContent
    return {
      name: label?.trim().split(/\s{2,}|\n/)[0] ?? '',
      visible: outlineStyle === 'solid' && outlineWidth === '3px',
    }
  })

describe('a wrong password', () => {
  it('is told without saying what was wrong, keeps the name, and is typed again', async () => {
    const { page, complaints } = await chromium.open()
    await page.goto(scene().request('notebook').url.href)
    await logIn(page, { ...USER, password: 'wrong' })
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toBe('User name and password do not match. Check both and try again.')
    expect(await page.title()).toBe('Problem: Log in')
    expect(await page.getByLabel('User name').inputValue()).toBe(USER.name)
    expect(await readFocus(page)).toEqual({ name: 'Password', visible: true })
    await page.keyboard.type(USER.password)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Allow' }).waitFor()
    expect(await page.title()).toBe('Allow access to Notes?')
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

describe('a keyboard', () => {
  it('is enough, from the login to the token, and shows where it is', async () => {
    const attempt = scene().request('notebook')
    const { page } = await chromium.open()
    await page.goto(attempt.url.href)
    expect(await readFocus(page)).toEqual({ name: 'User name', visible: true })
    await page.keyboard.type(USER.name)
    await page.keyboard.press('Tab')
    await page.keyboard.type(USER.password)
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Allow' }).waitFor()

    const order: string[] = []
    for (let stop = 0; stop < 6; stop++) {
      await page.keyboard.press('Tab')
      const focus = await readFocus(page)
      order.push(focus?.name ?? '')
      expect(focus?.visible, focus?.name).toBe(true)
      if (focus?.name.startsWith('Write notes')) await page.keyboard.press('Space')
    }
    expect(order.map((name) => name.replace(/ notes:\w+$/, ''))).toEqual([
      'Read your notes',
      'Write notes',
      'Delete notes',
      'Use another account',
      'Deny',
      'Allow',
    ])
    await page.keyboard.press('Enter')
    expect(claimsOf(await scene().redeem(attempt, await awaitAnswer(page))).scope).toBe('notes:read notes:delete')
    await page.context().close()
  })

  it('that presses Enter on a box has denied, and not allowed', async () => {
    const { page } = await chromium.open()
    await page.goto(scene().request('notebook').url.href)
    await logIn(page)
    await page.getByRole('checkbox', { name: 'Read your notes' }).press('Enter')
    expect((await awaitAnswer(page)).searchParams.get('error')).toBe('access_denied')
    await page.context().close()
  })
})
