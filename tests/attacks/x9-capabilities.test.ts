/** X9, at the form of the consent page: it is filled with more than the page had. */

import { type Capability, parseCapabilities } from '@countersign/capability'
import {
  type Deployment,
  detailsOf,
  eachByItself,
  entryFor,
  obtainFromPerson,
  type Person,
  type Terms,
} from '@countersign/lab'
import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { createBrowser } from '../../packages/authorization-server/testing/browser.ts'
import { useDeployment } from '../support/attack.ts'

/** A person whose browser sends the form with these fields; `undefined` is a box that was unticked. */
function seatFiller(
  { issuer, user }: Deployment,
  fields: Readonly<Record<string, string | undefined>>,
): Pick<Person, 'authorize'> {
  const browser = createBrowser(new URL(issuer).origin)
  return {
    async authorize(url) {
      const page = await browser.submit(await browser.open(url), 'login', { ...user })
      return (await browser.submit(page, 'approve', fields)).url
    },
  }
}

describe('X9: a capability whose form says more than the page', () => {
  const deployment = useDeployment({ capabilities: eachByItself })
  const asked = (note: number, terms: Terms = {}) =>
    entryFor(deployment(), 'delete_note', { note_id: note }, { uses: 3, seconds: 120, ...terms })

  /** What is signed after the form was sent with these fields. */
  async function grant(fields: Readonly<Record<string, string | undefined>>): Promise<readonly Capability[]> {
    const params = { scope: 'notes:read', ...detailsOf(asked(42), asked(43)) }
    const { token } = await obtainFromPerson(deployment(), seatFiller(deployment(), fields), params)
    const { authorization_details: details, scope } = decodeJwt(token)
    expect(scope).toBe('notes:read')
    const held = parseCapabilities(details, 'token')
    if (!held.ok) throw new Error(held.reason)
    return held.value
  }

  it('is all that was asked for with a person who leaves everything as it is: the page said so', async () => {
    const granted = await grant({})
    expect(granted).toMatchObject([
      { arguments: { '/note_id': { equals: 42 } }, uses: 3 },
      { arguments: { '/note_id': { equals: 43 } }, uses: 3 },
    ])
  })

  it.each<[string, Record<string, string | undefined>]>([
    ['more uses', { 'capability-0-uses': '1000' }],
    ['no uses', { 'capability-0-uses': '0' }],
    ['a part of a use', { 'capability-0-uses': '1.5' }],
    ['more time', { 'capability-0-seconds': '3600' }],
    ['a time that is no number', { 'capability-0-seconds': 'for ever' }],
    ['a box that is not there', { 'capability-2': 'yes', 'capability-2-uses': '1', 'capability-2-seconds': '60' }],
    ['an entry of its own', { authorization_details: JSON.stringify([{ tool: 'delete_note' }]) }],
    ['another note', { 'capability-0-arguments': '{"/note_id":{"equals":99}}', note_id: '99' }],
    ['a longer list of rights', { scope: 'notes:delete', 'right-1': 'yes', 'right-9': 'yes' }],
  ])('gives nothing beyond the page for %s', async (_name, fields) => {
    const granted = await grant({ 'capability-1': undefined, ...fields })
    expect(granted.length).toBeLessThanOrEqual(1)
    for (const capability of granted) {
      expect(capability).toMatchObject({ tool: 'delete_note', arguments: { '/note_id': { equals: 42 } } })
      expect(capability.uses).toBeLessThanOrEqual(3)
      expect(capability.expires - (capability.approved_at ?? 0)).toBeLessThanOrEqual(120)
    }
  })

  it('gives what a person makes of it', async () => {
    const granted = await grant({ 'capability-0': undefined, 'capability-1-uses': '1', 'capability-1-seconds': '10' })
    expect(granted).toMatchObject([{ arguments: { '/note_id': { equals: 43 } }, uses: 1 }])
    expect((granted[0]?.expires ?? 0) - (granted[0]?.approved_at ?? 0)).toBe(10)
  })
})
