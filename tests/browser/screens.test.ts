import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { askFor, detailsOf } from '../../packages/authorization-server/testing/capabilities.ts'
import { useChromium } from './chromium.ts'
import { logIn, useScene } from './scene.ts'

const chromium = useChromium()
const scene = useScene()

/** Where the pictures go: somebody may want to look at them. */
const folder = process.env.COUNTERSIGN_SCREENS ?? mkdtempSync(join(tmpdir(), 'countersign-screens-'))
mkdirSync(folder, { recursive: true })

const screens: Record<string, (page: Page) => Promise<unknown>> = {
  login: (page) => page.goto(scene().request('notebook').url.href),
  'login-failed': async (page) => {
    await page.goto(scene().request('notebook').url.href)
    await logIn(page, { subject: '', name: 'Ada', password: 'wrong' })
    await page.getByRole('alert').waitFor()
  },
  'login-again': async (page) => {
    await page.goto(scene().request('notebook').url.href)
    await logIn(page)
    await page.getByRole('button', { name: 'Use another account' }).click()
    await page.getByLabel('Password').waitFor()
  },
  consent: async (page) => {
    await page.goto(scene().request('web', { scope: 'openid notes:read notes:write notes:delete' }).url.href)
    await logIn(page)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
  },
  'consent-capability': async (page) => {
    const entry = askFor('delete_note', { uses: 3 })
    await page.goto(scene().request('web', { scope: 'notes:read', ...detailsOf(entry) }).url.href)
    await logIn(page)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
  },
  'consent-capability-hostile': async (page) => {
    const equals = `</code><script>alert(1)</script>\u202Etxt.exe ${'A'.repeat(2000)} ра\u200bypal`
    await page.goto(
      scene().request('web', detailsOf(askFor('delete_note', { arguments: { '/note_id': { equals } } }))).url.href,
    )
    await logIn(page)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
  },
  'consent-local': async (page) => {
    await page.goto(scene().request('notebook').url.href)
    await logIn(page)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
  },
  'consent-hostile': async (page) => {
    await page.goto(scene().request('hostile').url.href)
    await logIn(page)
    await page.getByRole('button', { name: 'Allow' }).waitFor()
  },
  'error-redirect': (page) =>
    page.goto(scene().request('notebook', { redirect_uri: 'https://evil.example/' }).url.href),
  'error-expired': (page) => page.goto(`${scene().world.issuer}/interaction/made-up`),
}

/** 320 px is also what a desktop screen is at 400 % (WCAG 2.2 §1.4.10). */
const looks = [
  { colorScheme: 'light', width: 320 },
  { colorScheme: 'dark', width: 390 },
  { colorScheme: 'light', width: 1024 },
  { colorScheme: 'dark', width: 1024 },
] as const

const measureWidth = () => {
  const { scrollWidth, clientWidth } = document.documentElement
  return scrollWidth - clientWidth
}

describe('every screen', () => {
  it.each(Object.entries(screens))('fits a phone and a desk, in light and dark: %s', async (name, show) => {
    const { page, complaints } = await chromium.open()
    await show(page)
    for (const { colorScheme, width } of looks) {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true })
      expect(await page.evaluate(measureWidth), `${width} px`).toBe(0)
    }
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
