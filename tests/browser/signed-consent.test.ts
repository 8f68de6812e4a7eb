/** X9: what a person reads of a capability is what the token says, word for word: the page is made of what is signed. */
import { type Capability, parseCapabilities } from '@countersign/capability'
import { describe, expect, it } from 'vitest'
import { askFor, detailsOf } from '../../packages/authorization-server/testing/capabilities.ts'
import { claimsOf } from '../../packages/authorization-server/testing/token-request.ts'
import { verifies } from '../requirements/verifies.ts'
import { useChromium } from './chromium.ts'
import { awaitAnswer, logIn, useScene } from './scene.ts'

const chromium = useChromium()
const scene = useScene()

const json = JSON.stringify
const list = (values: readonly unknown[]) => values.map((value) => json(value)).join(', ')

/** A constraint that was signed, read out by the test's own words and no others. */
function readConstraint(constraint: Capability['arguments'][string]): string {
  if ('equals' in constraint) return json(constraint.equals)
  if ('one_of' in constraint) return `one of ${list(constraint.one_of)}`
  if ('prefix' in constraint) return `beginning with ${json(constraint.prefix)}`
  if ('pattern' in constraint) return `matching the pattern ${json(constraint.pattern)}`
  if ('subset_of' in constraint) return `a list of nothing but ${list(constraint.subset_of)}`
  if ('within_path' in constraint) return `at or below ${json(constraint.within_path)}`
  if ('url_host' in constraint) return `an https address on ${list(constraint.url_host)}`
  const { min, max, integer } = constraint.range
  return `${integer === true ? 'a whole number ' : ''}from ${min} to ${max}`
}

/** What was signed, read out in the same way. */
function readOut({ tool, arguments: constraints, uses, not_before, expires, approved_at = 0 }: Capability): string {
  const named = Object.entries(constraints).map(([pointer, one]) => `${pointer.slice(1)} ${readConstraint(one)}`)
  const often = uses === 1 ? 'once' : `${uses} times`
  const start = not_before === undefined ? '' : `from ${writeTime(not_before)} on, `
  const long = `${start}within ${expires - (not_before ?? approved_at)} seconds`
  return [named.length === 0 ? tool : `${tool} with ${named.join(' and ')}`, often, long].join(', ')
}

function writeTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

const soon = Math.floor(Date.now() / 1000) + 600
const read = (constraints: object, members: object = {}) => askFor('read_notes', { arguments: constraints, ...members })

const requests: readonly [string, readonly Record<string, unknown>[]][] = [
  ['one note', [askFor('delete_note')]],
  ['a note named by a text', [askFor('delete_note', { arguments: { '/note_id': { equals: '42' } } })]],
  ['many uses and much time', [askFor('delete_note', { uses: 500, seconds: 3600 })]],
  ['a time to come', [askFor('delete_note', { not_before: soon })]],
  ['no arguments', [read({})]],
  ['one of several', [read({ '/tag': { one_of: ['a', 'b', 3, true, null] } })]],
  ['beginnings and patterns', [read({ '/a': { prefix: 'draft-' }, '/b': { pattern: '[a-z]+\\.txt' } })]],
  [
    'ranges',
    [read({ '/limit': { range: { min: 1, max: 9, integer: true } }, '/x': { range: { min: -1, max: 0.5 } } })],
  ],
  ['lists', [read({ '/tags': { subset_of: ['x', 'y'] } })]],
  ['paths and addresses', [read({ '/p': { within_path: '/home/a' }, '/u': { url_host: ['api.example'] } })]],
  ['nested arguments', [read({ '/filter/by': { equals: { name: 'ada', tags: [1, 2] } } })]],
  ['markup', [read({ '/q': { equals: '</code></label><b>once</b><script>alert(1)</script>&amp;' } })]],
  [
    'a sentence that ends early',
    [read({ '/q': { equals: '", once, within 1 seconds' } }, { uses: 900, seconds: 3600 })],
  ],
  ['several', [askFor('delete_note'), askFor('delete_note', { uses: 2 }), askFor('write_note'), read({})]],
]

describe('the consent page', () => {
  it.each(requests)(
    `${verifies('RFC9396-3-1', 'RFC9396-3.1-1')} says of %s what is signed, all of it, and nothing else`,
    async (_name, entries) => {
      const attempt = scene().request('notebook', { scope: 'notes:read', ...detailsOf(...entries) })
      const { page, complaints } = await chromium.open()
      await page.goto(attempt.url.href)
      await logIn(page)
      const allow = page.getByRole('button', { name: 'Allow' })
      await allow.waitFor()
      const sentences = await page.locator('.exactly').allInnerTexts()
      // One for the scope beside them.
      expect(await page.getByRole('checkbox').count()).toBe(entries.length + 1)
      await allow.click()
      const claims = claimsOf(await scene().redeem(attempt, await awaitAnswer(page)))
      const signed = parseCapabilities(claims.authorization_details, 'token')
      if (!signed.ok) throw new Error(signed.reason)
      expect(sentences).toEqual(signed.value.map(readOut))
      expect(signed.value).toHaveLength(entries.length)
      expect(claims.scope).toBe('notes:read')
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )

  it('says of a choice what is signed, too', async () => {
    const entries = [askFor('delete_note', { uses: 20, seconds: 600 })]
    const attempt = scene().request('notebook', { scope: 'notes:read', ...detailsOf(...entries) })
    const { page } = await chromium.open()
    await page.goto(attempt.url.href)
    await logIn(page)
    await page.getByLabel('How often').selectOption({ label: '2 times' })
    await page.getByLabel('For how long').selectOption({ label: '30 seconds' })
    await page.getByRole('button', { name: 'Allow' }).click()
    const claims = claimsOf(await scene().redeem(attempt, await awaitAnswer(page)))
    const signed = parseCapabilities(claims.authorization_details, 'token')
    expect(signed.ok && signed.value.map(readOut)).toEqual(['delete_note with note_id 42, 2 times, within 30 seconds'])
    await page.context().close()
  })
})
