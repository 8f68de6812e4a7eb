import { once } from 'node:events'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServedLab, serveLab } from '@countersign/lab/serve'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useChromium } from './chromium.ts'

const chromium = useChromium()

/** Where the pictures go: somebody may want to look at them. */
const folder = process.env.COUNTERSIGN_SCREENS ?? mkdtempSync(join(tmpdir(), 'countersign-screens-'))
mkdirSync(folder, { recursive: true })

let lab: ServedLab
let elsewhere: Server
const originOf = (http: Server) => `http://127.0.0.1:${(http.address() as AddressInfo).port}`

beforeAll(async () => {
  const http = createServer().listen(0, '127.0.0.1')
  elsewhere = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!DOCTYPE html><html lang="en"><title>Elsewhere</title><h1>A page of somebody else</h1>')
  }).listen(0, '127.0.0.1')
  await Promise.all([once(http, 'listening'), once(elsewhere, 'listening')])
  lab = serveLab(http)
})
afterAll(async () => {
  elsewhere.closeAllConnections()
  elsewhere.close()
  await lab.close()
})

const runIt = async (page: Page) => {
  await page.getByRole('button', { name: /^Run/ }).click()
  await page.getByRole('region', { name: 'Hardened server' }).locator('.verdict').waitFor()
  await page.getByRole('region', { name: 'Weakened server' }).locator('.verdict').waitFor()
}
const verdict = (page: Page, side: 'Weakened' | 'Hardened') =>
  page.getByRole('region', { name: `${side} server` }).locator('.verdict')

/** Moves nothing, so that what is to be seen is there at once. */
const still = { reducedMotion: 'reduce' } as const

describe('the page of the lab', () => {
  it('runs an attack, and shows both servers side by side', async () => {
    const { page, complaints, requests } = await chromium.open()
    await page.goto(`${lab.url}#T4`)
    await runIt(page)
    expect(await verdict(page, 'Weakened').textContent()).toBe('The attacker wins 200')
    expect(await verdict(page, 'Hardened').textContent()).toBe('The defence holds 401 replay_detected')
    const last = page.getByRole('list', { name: 'Messages, hardened-mcp' }).getByRole('button').last()
    expect(await last.getAttribute('aria-label')).toMatch(
      /^\d+\. attacker to hardened-mcp: POST \/mcp read_notes, with DPoP ‹token 1›, ‹proof \d›\. Answer: 401 replay_detected$/,
    )
    const told = (await page.getByRole('status').allTextContents()).join(' ')
    expect(told).toContain('Hardened server: The defence holds, 401 replay_detected.')
    expect(told).toContain('Weakened server: The attacker wins, 200.')
    expect(complaints).toEqual([])
    expect(requests.filter(({ origin }) => `${origin}/` !== lab.url)).toEqual([])
    await page.context().close()
  })

  it('is used with the keyboard alone', async () => {
    const { page, complaints } = await chromium.open(still)
    await page.goto(lab.url)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').textContent()).toBe('Skip to the attack')
    await page.getByLabel('Search attacks').focus()
    await page.keyboard.type('byte for byte')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(/#T4$/)
    await page.getByRole('heading', { level: 1, name: /byte for byte/ }).waitFor()
    for (let tabs = 0; tabs < 10; tabs++) {
      await page.keyboard.press('Tab')
      if ((await page.locator(':focus').textContent()) === 'Run the attack') break
    }
    await page.keyboard.press('Enter')
    await verdict(page, 'Hardened').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('End')
    const message = await page.locator(':focus').getAttribute('aria-label')
    expect(message).toMatch(/attacker to vuln-mcp/)
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    expect(await dialog.getByLabel('Request').textContent()).toMatch(/^POST http[\s\S]*authorization: DPoP ‹token 1›\n/)
    expect(await dialog.textContent()).not.toMatch(/eyJ/)
    await page.keyboard.press('Escape')
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe(message)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('shows what lands once a check is taken out, and no longer once it is back', async () => {
    const { page } = await chromium.open(still)
    await page.goto(`${lab.url}#T3`)
    await page.getByRole('checkbox', { name: /^Tokens for other servers are taken/ }).check()
    await runIt(page)
    expect(await verdict(page, 'Hardened').textContent()).toBe('The attacker wins 200')
    await page.getByRole('button', { name: 'Put everything back' }).click()
    await runIt(page)
    expect(await verdict(page, 'Hardened').textContent()).toMatch(/^The defence holds/)
    await page.context().close()
  })

  it('tries all attacks without a check, until it is told to stop', async () => {
    const { page } = await chromium.open(still)
    await page.goto(`${lab.url}#T2`)
    await page.getByRole('checkbox', { name: /^Every token may call every tool/ }).check()
    await page.getByRole('button', { name: 'Try every attack' }).click()
    const results = page.getByRole('list', { name: 'What lands' })
    await results.getByRole('link', { name: 'T2 lands' }).waitFor()
    await page.locator('#checks').getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped.').waitFor()
    await page.context().close()
  })

  it('stops a run, and starts another', async () => {
    const { page } = await chromium.open(still)
    await page.goto(`${lab.url}#T1.5`)
    await page.getByRole('button', { name: 'Run the attack' }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped.').waitFor()
    await page.goto(`${lab.url}#T2`)
    await runIt(page)
    expect(await verdict(page, 'Hardened').textContent()).toBe('The defence holds 403 insufficient_scope')
    await page.context().close()
  })
})

describe('a page of somebody else', () => {
  it('can start no attack, read nothing, and show nothing in a frame', async () => {
    const { page } = await chromium.open()
    await page.goto(originOf(elsewhere))
    const tried = await page.evaluate(async (url) => {
      const body = JSON.stringify({ attack: 'T4', variant: 0, without: [] })
      const attempt = (path: string, init: RequestInit) =>
        fetch(new URL(path, url), init).then(
          async (response) => (response.type === 'opaque' ? 'opaque' : response.text()),
          () => 'refused',
        )
      return {
        read: await attempt('/', {}),
        catalogue: await attempt('/catalogue.json', {}),
        run: await attempt('/runs', { method: 'POST', body, headers: { 'content-type': 'application/json' } }),
        blind: await attempt('/runs', { method: 'POST', body, mode: 'no-cors' }),
      }
    }, lab.url)
    expect(tried).toMatchObject({ read: 'refused', catalogue: 'refused', run: 'refused' })
    await page.setContent(`<form method="post" enctype="text/plain" action="${lab.url}runs"><button>Go</button></form>`)
    await page.getByRole('button').click()
    await page.waitForURL(`${lab.url}runs`)
    expect(await page.textContent('body')).toBe('{"code":"origin_not_allowed"}')
    await page.goto(originOf(elsewhere))
    await page.setContent(`<iframe src="${lab.url}"></iframe>`)
    await page.waitForLoadState('networkidle')
    const framed = await Promise.all(page.frames().map((frame) => frame.content()))
    expect(framed).toHaveLength(2)
    expect(framed.join()).not.toContain('Choose an attack')
    await page.context().close()
  })
})

/** 320 px is also what a desktop screen is at 400 % (WCAG 2.2 §1.4.10). */
const looks = [
  { colorScheme: 'light', width: 320 },
  { colorScheme: 'dark', width: 390 },
  { colorScheme: 'light', width: 1440 },
  { colorScheme: 'dark', width: 1440 },
] as const

describe('the lab', () => {
  it('fits a phone and a desk, in light and dark, before and after a run, with an exchange open', async () => {
    const { page, complaints } = await chromium.open(still)
    await page.goto(`${lab.url}#T1.4`)
    const look = async (name: string) => {
      for (const { colorScheme, width } of looks) {
        await page.setViewportSize({ width, height: 900 })
        await page.emulateMedia({ colorScheme, ...still })
        await page.screenshot({ path: join(folder, `lab-${name}-${width}-${colorScheme}.png`), fullPage: true })
        const overflow = await page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement
          return scrollWidth - clientWidth
        })
        expect(overflow, `${name} ${width}`).toBe(0)
      }
    }
    await look('before')
    await runIt(page)
    await look('after')
    await page.getByRole('list', { name: 'Messages, vuln-mcp' }).getByRole('button').last().press('Enter')
    await look('exchange')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('names everything that can be used', async () => {
    const { page } = await chromium.open(still)
    await page.goto(`${lab.url}#T4`)
    await runIt(page)
    const heard = await page.locator('body').ariaSnapshot()
    expect(heard).toContain('- navigation "Attacks"')
    expect(heard).toContain('- heading "A captured request is sent again, byte for byte" [level=1]')
    expect(heard).toContain('- region "Weakened server"')
    expect(heard).not.toMatch(/^\s*- (button|link|checkbox|radio|textbox|searchbox):?$/m)
    await page.context().close()
  })
})
