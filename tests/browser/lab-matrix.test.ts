/** The page of the ablation matrix, as a person with a keyboard has it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { attacks } from '@countersign/lab'
import { columns, computeMatrix, writeMatrixPage } from '@countersign/lab/matrix'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { useChromium } from './chromium.ts'

const chromium = useChromium()
const folder = mkdtempSync(join(tmpdir(), 'countersign-matrix-page-'))
const url = pathToFileURL(join(folder, 'matrix.html')).href

beforeAll(async () => {
  const chosen = attacks.filter(({ id }) => id === 'T2' || id === 'T4')
  const names = ['guard:scope', 'guard:no_single_use']
  const matrix = await computeMatrix({ attacks: chosen, columns: columns.filter(({ id }) => names.includes(id)) })
  writeFileSync(join(folder, 'matrix.html'), writeMatrixPage(matrix, chosen))
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true }))

describe('the page of the matrix', () => {
  it('asks for nothing but itself, and has nothing to complain about', async () => {
    const { page, requests, complaints } = await chromium.open()
    await page.goto(url)
    await page.getByRole('link', { name: 'T4 without no_single_use: lands' }).click()
    expect(await page.locator('#T4 details').first().getAttribute('open')).toBe('')
    expect(requests.map(({ href }) => href.split('#')[0])).toEqual([url])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('is gone through with arrow keys, and opens an attack with Enter', async () => {
    const { page } = await chromium.open()
    await page.goto(url)
    await page.locator('thead th').first().focus()
    for (const key of ['ArrowDown', 'ArrowRight']) await page.keyboard.press(key)
    expect(await page.evaluate(() => document.activeElement?.getAttribute('title'))).toBe('T2 without scope: lands')
    await page.keyboard.press('Enter')
    expect(new URL(page.url()).hash).toBe('#T2')
    await page.context().close()
  })

  it.each(['light', 'dark'] as const)(
    'is %s where that is asked for, and fits a narrow screen',
    async (colorScheme) => {
      const { page } = await chromium.open({ colorScheme, viewport: { width: 320, height: 640 } })
      await page.goto(`${url}#T4`)
      const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      expect(paper).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 23, 26)')
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(overflow).toBeLessThanOrEqual(0)
      await page.context().close()
    },
  )
})
