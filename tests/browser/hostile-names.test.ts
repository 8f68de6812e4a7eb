import { describe, expect, it } from 'vitest'
import { useChromium } from './chromium.ts'
import { logIn, useScene } from './scene.ts'

const chromium = useChromium()
const scene = useScene()

describe('a client whose name is an attack', () => {
  it('is shown its name as text, on every page, and its host in full', async () => {
    const { page, complaints, requests } = await chromium.open()
    const attempt = scene().request('hostile')
    await page.goto(attempt.url.href)
    const login = page.getByText('A program that calls itself')
    expect(await login.textContent()).toContain('"><script>alert(1)</script>')
    await logIn(page)
    await page.getByRole('button', { name: 'Allow' }).waitFor()

    const name = await page.locator('.name').textContent()
    expect(name).toMatch(/^"><script>alert\(1\)<\/script><img src=x onerror=.*…$/)
    expect(name?.length).toBeLessThan(70)
    expect(name).not.toMatch(/[\u202A-\u202E\u2066-\u2069\n]/)
    expect(await page.locator('.host').textContent()).toBe(
      new URL(attempt.url.searchParams.get('redirect_uri') ?? '').host,
    )
    expect(await page.locator('script, img, main h1 ~ h1').count()).toBe(0)
    expect(complaints).toEqual([])
    expect(requests.every(({ origin }) => origin === new URL(scene().world.issuer).origin)).toBe(true)
    await page.context().close()
  })
})

describe('the policy of the pages', () => {
  it('runs no script even where one got in', async () => {
    const { page, complaints } = await chromium.open()
    await page.goto(scene().request('notebook').url.href)
    await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'alert(1)'
      document.body.append(script, Object.assign(new Image(), { src: 'https://evil.example/x.png' }))
      document.body.setAttribute('onclick', 'alert(2)')
      document.body.click()
    })
    await expect.poll(() => complaints.join('\n')).toContain('policy violated: img-src')
    expect(complaints.join('\n')).toContain('policy violated: script-src')
    expect(complaints.filter((text) => text.startsWith('dialog'))).toEqual([])
    await page.context().close()
  })

  it('lets a form that got in lead nowhere else', async () => {
    const { page, complaints } = await chromium.open()
    await page.goto(scene().request('notebook').url.href)
    await page.evaluate(() => {
      const form = document.forms[0]
      form?.setAttribute('action', 'https://evil.example/')
      form?.submit()
    })
    await expect.poll(() => complaints.join('\n')).toContain('policy violated: form-action')
    await page.context().close()
  })
})
