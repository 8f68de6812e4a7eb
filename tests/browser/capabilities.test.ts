import { describe, expect, it } from 'vitest'
import { askFor, detailsOf } from '../../packages/authorization-server/testing/capabilities.ts'
import { claimsOf } from '../../packages/authorization-server/testing/token-request.ts'
import { useChromium } from './chromium.ts'
import { awaitAnswer, logIn, useScene } from './scene.ts'

const chromium = useChromium()
const scene = useScene()

/** A tab in which a program asks for capabilities, and for a scope where one is said. */
const openConsent = async (entries: readonly object[], params: Record<string, string> = {}) => {
  const attempt = scene().request('notebook', { scope: '', ...detailsOf(...entries), ...params })
  if (params.scope === undefined) attempt.url.searchParams.delete('scope')
  const tab = await chromium.open({ viewport: { width: 320, height: 640 } })
  await tab.page.goto(attempt.url.href)
  await logIn(tab.page)
  const allow = tab.page.getByRole('button', { name: 'Allow' })
  await allow.waitFor()
  return { ...tab, attempt, allow }
}

describe('a person who is asked for a capability', () => {
  it('gives exactly that, and no scope', async () => {
    const { page, attempt, allow, complaints } = await openConsent([askFor('delete_note')])
    expect(await page.getByRole('checkbox').count()).toBe(1)
    expect(await page.getByText('delete_note with note_id 42, once, within 60 seconds').count()).toBe(1)
    await allow.click()
    const claims = claimsOf(await scene().redeem(attempt, await awaitAnswer(page)))
    expect(claims.scope).toBeUndefined()
    expect(claims.authorization_details).toMatchObject([
      { tool: 'delete_note', arguments: { '/note_id': { equals: 42 } }, uses: 1, approved_at: expect.any(Number) },
    ])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('gives fewer uses and less time, with the keyboard alone', async () => {
    const { page, attempt } = await openConsent([askFor('delete_note', { uses: 5, seconds: 600 })])
    await page.getByLabel('How often').focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Tab')
    await page.keyboard.press('End')
    expect(await page.getByLabel('How often').inputValue()).toBe('3')
    expect(await page.getByLabel('For how long').inputValue()).toBe('10')
    await page.getByRole('button', { name: 'Allow' }).focus()
    await page.keyboard.press('Enter')
    const claims = claimsOf(await scene().redeem(attempt, await awaitAnswer(page)))
    const [capability] = claims.authorization_details as [{ uses: number; expires: number; approved_at: number }]
    expect([capability.uses, capability.expires - capability.approved_at]).toEqual([3, 10])
    await page.context().close()
  })

  it('leaves one out', async () => {
    const entries = [askFor('delete_note'), askFor('write_note')]
    const { page, attempt, allow } = await openConsent(entries, { scope: 'notes:read' })
    await page.getByRole('checkbox', { name: 'Delete a note' }).uncheck()
    await allow.click()
    const claims = claimsOf(await scene().redeem(attempt, await awaitAnswer(page)))
    expect([claims.scope, claims.authorization_details]).toMatchObject(['notes:read', [{ tool: 'write_note' }]])
    await page.context().close()
  })

  it('gives nothing when nothing is ticked', async () => {
    const { page, allow } = await openConsent([askFor('delete_note')])
    await page.getByRole('checkbox').uncheck()
    await allow.click()
    expect((await awaitAnswer(page)).searchParams.get('error')).toBe('access_denied')
    await page.context().close()
  })
})

describe('what a screen reader says of a capability', () => {
  it('is all of it, and what the lists are for', async () => {
    const { page } = await openConsent([askFor('delete_note', { uses: 3 })])
    expect(await page.getByRole('group', { name: 'What it may do' }).ariaSnapshot()).toBe(`- group "What it may do":
  - heading "What it may do" [level=2]
  - paragraph: Untick what you do not want to allow.
  - checkbox "Delete a note delete_note with note_id 42, 3 times, within 60 seconds" [checked]
  - text: Delete a note
  - code: delete_note
  - text: with
  - code: note_id
  - code: "42"
  - text: ", 3 times, within 60 seconds"
  - paragraph:
    - text: How often
    - combobox "How often":
      - option "3 times" [selected]
      - option "2 times"
      - option "once"
    - text: For how long
    - combobox "For how long":
      - option "1 minute" [selected]
      - option "30 seconds"
      - option "10 seconds"`)
    await page.context().close()
  })

  it('says what deceives', async () => {
    const { page } = await openConsent([askFor('delete_note', { arguments: { '/note_id': { equals: 'a\u202eb' } } })])
    expect(
      await page.getByText('Look closely: there are characters that turn the direction of reading in it.').count(),
    ).toBe(1)
    await page.context().close()
  })
})

describe('what a finger has to hit', () => {
  it('is at least 44 px high and wide, lists included', async () => {
    const { page } = await openConsent([askFor('delete_note', { uses: 3 })])
    const targets = await page.locator('select, label:has(input)').all()
    expect(targets).toHaveLength(3)
    for (const target of targets) {
      const box = await target.boundingBox()
      expect(box?.height).toBeGreaterThanOrEqual(44)
      expect(box?.width).toBeGreaterThanOrEqual(44)
    }
    await page.context().close()
  })
})
