import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { USER } from '../../packages/authorization-server/testing/world.ts'
import { useChromium } from './chromium.ts'
import { logIn, useScene } from './scene.ts'

const chromium = useChromium()
const scene = useScene()

/** The page as a screen reader has it: roles, names, states. */
const listen = (page: Page) => page.locator('body').ariaSnapshot()

const openLogin = async () => {
  const { page } = await chromium.open({ viewport: { width: 320, height: 640 } })
  await page.goto(scene().request('web').url.href)
  return page
}

const openConsent = async () => {
  const page = await openLogin()
  await logIn(page)
  await page.getByRole('button', { name: 'Allow' }).waitFor()
  return page
}

describe('what a screen reader says', () => {
  it('of a login that failed', async () => {
    const page = await openLogin()
    expect(await page.title()).toBe('Log in')
    await logIn(page, { ...USER, password: 'wrong' })
    await page.getByRole('alert').waitFor()
    expect(await page.title()).toBe('Problem: Log in')
    expect(await listen(page)).toBe(`- banner: Countersign
- main:
  - heading "Log in" [level=1]
  - paragraph:
    - text: A program that calls itself
    - strong: Notebook online
    - text: wants to use
    - strong: Notes
    - text: for you. On the next page you see whose it is, and decide what it may do.
  - alert: User name and password do not match. Check both and try again.
  - text: User name
  - textbox "User name" [invalid]: Ada
  - text: Password
  - textbox "Password" [invalid]
  - button "Log in"
  - button "Cancel"`)
    await page.context().close()
  })

  it('of the consent page', async () => {
    const page = await openConsent()
    expect(await page.title()).toBe('Allow access to Notes?')
    expect(await listen(page)).toBe(`- banner: Countersign
- main:
  - heading "Allow access to Notes?" [level=1]
  - paragraph:
    - text: https://
    - strong: notes.example
    - text: /mcp
  - region "Who asks":
    - heading "Who asks" [level=2]
    - paragraph: notebook.example
    - paragraph: calls itself “Notebook online”
    - paragraph:
      - text: "Anyone can take any name: go by the address, whose end says whose it is. Your answer goes there. It is registered here as"
      - code: web
      - text: .
  - group "What it may do":
    - heading "What it may do" [level=2]
    - paragraph: Untick what you do not want to allow.
    - checkbox "Read your notes notes:read" [checked]
    - text: Read your notes
    - code: notes:read
    - checkbox "Write notes notes:write" [checked]
    - text: Write notes
    - code: notes:write
    - checkbox "Delete notes notes:delete" [checked]
    - text: Delete notes
    - code: notes:delete
  - term: For how long
  - definition: 5 minutes; after that it has to ask you again
  - term: Logged in as
  - definition:
    - strong: Ada
    - button "Use another account"
  - button "Deny"
  - button "Allow"`)
    await page.context().close()
  })

  it('of an error page', async () => {
    const { page } = await chromium.open()
    await page.goto(`${scene().world.issuer}/interaction/made-up`)
    expect(await page.title()).toBe('This page has expired')
    expect(await listen(page)).toBe(`- banner: Countersign
- main:
  - heading "This page has expired" [level=1]
  - alert: It was left open too long, or it was opened in another browser, or your browser keeps no cookies. Nothing was allowed.
  - paragraph: Go back to the program that sent you here and start again.`)
    await page.context().close()
  })
})

describe('what a finger has to hit', () => {
  it.each([
    ['login', openLogin],
    ['consent', openConsent],
  ] as const)('is at least 44 px high and wide, on the %s page', async (_name, open) => {
    const page = await open()
    // A box is hit through its label.
    const targets = await page.locator('button, .field input, label:has(input)').all()
    expect(targets.length).toBeGreaterThan(3)
    for (const target of targets) {
      const box = await target.boundingBox()
      const name = await target.textContent()
      expect(box?.height, name ?? '').toBeGreaterThanOrEqual(44)
      expect(box?.width, name ?? '').toBeGreaterThanOrEqual(44)
    }
    await page.context().close()
  })

  it('is Deny as much as Allow', async () => {
    const page = await openConsent()
    const [deny, allow] = await Promise.all(
      ['Deny', 'Allow'].map((name) => page.getByRole('button', { name }).boundingBox()),
    )
    expect({ width: deny?.width, height: deny?.height, y: deny?.y }).toEqual({
      width: allow?.width,
      height: allow?.height,
      y: allow?.y,
    })
    await page.context().close()
  })
})

describe('what moves', () => {
  it('is nothing, for those who asked for less motion', async () => {
    const page = await openConsent()
    const readMotion = () =>
      page.evaluate(
        () =>
          document.getAnimations().length +
          Number.parseFloat(
            getComputedStyle(document.querySelector('.buttons button') ?? document.body).transitionDuration,
          ),
      )
    expect(await readMotion()).toBeGreaterThan(0)
    await page.emulateMedia({ reducedMotion: 'reduce' })
    expect(await readMotion()).toBe(0)
    await page.context().close()
  })
})

describe('larger text', () => {
  it('at twice the size still fits the width', async () => {
    const page = await openConsent()
    await page.evaluate(() => {
      document.documentElement.style.fontSize = '200%'
    })
    const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth
    expect(await page.evaluate(overflow)).toBe(0)
    await page.context().close()
  })
})
