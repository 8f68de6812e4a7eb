import { type Capability, type CapabilityRequest, describeCapability, parseCapability } from '@countersign/capability'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import type { Browser, Visited } from '../../testing/browser.ts'
import { askFor, detailsOf, notesWithTools, noteTools } from '../../testing/capabilities.ts'
import { logIn, redeemCode, refresh, startAttempt } from '../../testing/code-flow.ts'
import { claimsOf, fetchNonce, type TokenAnswer } from '../../testing/token-request.ts'
import { type KeyPair, makeKey, REDIRECT, startWorld, type World } from '../../testing/world.ts'
import type { ClientRegistration, ResourceRegistration } from '../configuration/options.ts'

const program = {
  grants: ['authorization_code', 'refresh_token'],
  public: true,
  redirectUris: [REDIRECT],
} as const
const clients: ClientRegistration[] = [
  { ...program, clientId: 'editor', scopes: ['notes:read', 'notes:write', 'notes:delete'] },
  { ...program, clientId: 'reader', scopes: ['notes:read'] },
  { ...program, clientId: 'asker', scopes: [], authorizationDetailsTypes: ['mcp_tool'] },
]
const resources: ResourceRegistration[] = [notesWithTools]

let world: World
let key: KeyPair
let nonce: string
let browser: Browser
beforeAll(async () => {
  world = await startWorld({ clients, options: { resources } })
  key = await makeKey()
  nonce = await fetchNonce(world)
  const first = startAttempt(world)
  browser = first.browser
  await browser.submit(await logIn(first), 'deny')
})
afterAll(() => world.close())
afterEach(() => void vi.useRealTimers())

const now = () => Math.floor(Date.now() / 1000)
const setTime = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: seconds * 1000 })
const open = async (entries: readonly object[], client_id = 'editor', scope?: string) => {
  const attempt = startAttempt(world, { client_id, scope, ...detailsOf(...entries) })
  return { client_id, verifier: attempt.verifier, page: await browser.open(attempt.url) }
}
const redeem = ({ client_id, verifier }: { client_id: string; verifier: string }, { url }: Visited) =>
  redeemCode(world, { code: url.searchParams.get('code') ?? '', verifier }, { key, nonce, form: { client_id } })
const refreshed = async ({ body }: TokenAnswer, client_id = 'editor') =>
  refresh(world, String(body.refresh_token), { key, nonce: await fetchNonce(world), form: { client_id } })
const capabilitiesIn = (answer: TokenAnswer) => (claimsOf(answer).authorization_details ?? []) as Capability[]

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const readText = (text: string) =>
  text.replace(/<[^>]*>/g, '').replace(/&(amp|lt|gt|quot|#39);/g, (_entity, name) => entities[name] ?? '')

/** What stands on the page, read as a person would: the box, the tool in words, the sentence, the lists. */
function readCapabilities({ text }: Visited) {
  const boxes = text.matchAll(
    /name="(capability-\d+)" value="yes" checked>\s*<span><bdi>(.*?)<\/bdi> <span class="exactly">(.*?)<\/span><\/span><\/label>/gs,
  )
  return [...boxes].map(([, field = '', words = '', sentence = '']) => {
    const offered = (suffix: string) => {
      const list = new RegExp(`<select name="${field}-${suffix}">(.*?)</select>`, 's').exec(text)?.[1] ?? ''
      return [...list.matchAll(/<option value="(\d+)">/g)].map(([, value]) => String(value))
    }
    return {
      field,
      words: readText(words),
      sentence: readText(sentence),
      uses: offered('uses'),
      seconds: offered('seconds'),
    }
  })
}

describe('a person who is asked for a capability', () => {
  it('reads all that it allows, and gives that, by itself, with the moment of the approval', async () => {
    const attempt = await open([askFor('delete_note')])
    expect(readCapabilities(attempt.page)).toEqual([
      {
        field: 'capability-0',
        words: 'Delete a note',
        sentence: 'delete_note with note_id 42, once, within 60 seconds',
        uses: [],
        seconds: ['60', '30', '10'],
      },
    ])
    expect(attempt.page.text).toContain('As it says beside each')
    expect(attempt.page.text).not.toContain('right-0')
    const tokens = await redeem(attempt, await browser.submit(attempt.page, 'approve'))
    const [capability] = capabilitiesIn(tokens)
    const { seconds: _seconds, ...terms } = askFor('delete_note')
    expect(capability).toEqual({
      ...terms,
      id: expect.stringMatching(/^[\w-]{22}$/),
      expires: Number(capability?.approved_at) + 60,
      approved_at: expect.any(Number),
    })
    expect(Math.abs(Number(capability?.approved_at) - now())).toBeLessThan(3)
    expect(claimsOf(tokens).scope).toBeUndefined()
    expect(tokens.body.authorization_details).toEqual([capability])
  })

  it('may give fewer uses and less time', async () => {
    const attempt = await open([askFor('delete_note', { uses: 7, seconds: 3600 })])
    const less = { 'capability-0-uses': '2', 'capability-0-seconds': '30' }
    const tokens = await redeem(attempt, await browser.submit(attempt.page, 'approve', less))
    const [capability] = capabilitiesIn(tokens)
    expect([capability?.uses, Number(capability?.expires) - Number(capability?.approved_at)]).toEqual([2, 30])
  })

  it.each(['8', '0', '-1', '2.5', '', 'x', '1e1', undefined])(
    'gives nothing for %s uses in a form of 7',
    async (uses) => {
      const { page } = await open([askFor('delete_note', { uses: 7 })])
      const { url } = await browser.submit(page, 'approve', { 'capability-0-uses': uses })
      expect(url.searchParams.get('error')).toBe('access_denied')
    },
  )

  it('may leave one out, or the scopes beside it', async () => {
    const ask = () => open([askFor('delete_note'), askFor('write_note')], 'editor', 'notes:read')
    const first = await ask()
    const some = await redeem(first, await browser.submit(first.page, 'approve', { 'capability-0': undefined }))
    expect([claimsOf(some).scope, capabilitiesIn(some).map(({ tool }) => tool)]).toEqual(['notes:read', ['write_note']])
    const second = await ask()
    const none = await redeem(second, await browser.submit(second.page, 'approve', { 'right-0': undefined }))
    expect([claimsOf(none).scope, capabilitiesIn(none).length]).toEqual([undefined, 2])
  })

  it('reads letters that deceive as what they are', async () => {
    const { page } = await open([
      askFor('delete_note', { arguments: { '/note_id': { equals: '<b>\u202e42' }, '/to': { equals: 'pаypal' } } }),
    ])
    expect(readCapabilities(page)[0]?.sentence).toContain('note_id "<b>\\u202e42" and to "pаypal"')
    expect(page.text).not.toContain('\u202e')
    expect(page.text).toContain(
      'Look closely: there are characters that turn the direction of reading; letters of several alphabets in one word in it.',
    )
  })

  it('is asked again when what the tool is called has changed meanwhile', async () => {
    const attempt = await open([askFor('delete_note')])
    const tools = { ...noteTools, delete_note: { ...noteTools.delete_note, words: 'Shred a note' } }
    resources.splice(0, 1, { ...notesWithTools, tools })
    await world.restart()
    const again = await browser.submit(attempt.page, 'approve')
    expect([again.status, again.text.includes('Shred a note')]).toEqual([403, true])
    resources.splice(0, 1, { ...notesWithTools, tools: {} })
    await world.restart()
    const gone = await browser.submit(again, 'approve')
    expect([gone.status, readCapabilities(gone)]).toEqual([403, []])
    resources.splice(0, 1, notesWithTools)
    await world.restart()
  })
})

describe('who may ask', () => {
  it('is a client that the tool’s scopes are for, or one that is registered for capabilities', async () => {
    for (const client of ['editor', 'asker']) {
      expect(readCapabilities((await open([askFor('delete_note')], client)).page)).toHaveLength(1)
    }
    const { page } = await open([askFor('delete_note')], 'reader')
    expect(page.url.searchParams.get('error')).toBe('invalid_authorization_details')
  })

  it.each<[string, object, string]>([
    ['an unknown tool', askFor('drop_notes'), 'invalid_authorization_details'],
    ['an object left open', askFor('delete_note', { arguments: {} }), 'invalid_authorization_details'],
    ['an id', askFor('delete_note', { id: 'a'.repeat(22) }), 'invalid_authorization_details'],
    ['a time too far ahead', askFor('delete_note', { not_before: now() + 90_000 }), 'invalid_authorization_details'],
    ['another server', askFor('delete_note', { locations: ['https://x.example/'] }), 'invalid_authorization_details'],
  ])('is nobody for %s', async (_name, entry, error) => {
    const { page } = await open([askFor('read_notes'), entry])
    expect([page.status, page.url.searchParams.get('error')]).toEqual([0, error])
  })
})

describe('a capability in a family of tokens', () => {
  it(`${verifies('RFC9396-6-1')} T7: stays the same one in every token, with one id to count by, until its end`, async () => {
    const attempt = await open([askFor('delete_note', { seconds: 600 })], 'editor', 'notes:read')
    const first = await redeem(attempt, await browser.submit(attempt.page, 'approve'))
    const second = await refreshed(first)
    const third = await refreshed(second)
    expect(capabilitiesIn(first)).toHaveLength(1)
    for (const answer of [second, third]) {
      expect(capabilitiesIn(answer)).toEqual(capabilitiesIn(first))
      expect(answer.body.authorization_details).toEqual(capabilitiesIn(first))
    }
    setTime(now() + 600)
    const late = await refreshed(third)
    expect([claimsOf(late).scope, claimsOf(late).authorization_details]).toEqual(['notes:read', undefined])
    expect(late.body).not.toHaveProperty('authorization_details')
  })

  it('leaves it when it is revoked; the rest goes on', async () => {
    const attempt = await open([askFor('delete_note', { seconds: 600 })], 'editor', 'notes:read')
    const first = await redeem(attempt, await browser.submit(attempt.page, 'approve'))
    await world.revoke({ capability: String(capabilitiesIn(first)[0]?.id) })
    const second = await refreshed(first)
    expect([claimsOf(second).scope, claimsOf(second).authorization_details]).toEqual(['notes:read', undefined])
  })

  it('leaves it when the client may have it no longer', async () => {
    const attempt = await open([askFor('delete_note', { seconds: 600 })], 'editor', 'notes:read')
    const first = await redeem(attempt, await browser.submit(attempt.page, 'approve'))
    const before = clients.splice(0, 1, { ...program, clientId: 'editor', scopes: ['notes:read'] })
    await world.restart()
    expect(claimsOf(await refreshed(first)).authorization_details).toBeUndefined()
    clients.splice(0, 1, ...before)
    await world.restart()
  })
})

describe('X9 a consent page and the capabilities in its token', () => {
  const anyEntry = fc.record({
    tool: fc.constantFrom('delete_note', 'write_note'),
    uses: fc.integer({ min: 1, max: 1000 }),
    seconds: fc.integer({ min: 30, max: 3600 }),
    arguments: fc.record({
      '/note_id': fc.record({ equals: fc.oneof(fc.integer(), fc.string(), fc.string({ unit: 'grapheme' })) }),
      '/more': fc.oneof(
        fc.record({ one_of: fc.array(fc.string(), { minLength: 1, maxLength: 3 }) }),
        fc.record({ prefix: fc.string() }),
        fc.record({ range: fc.record({ min: fc.integer() }) }),
      ),
    }),
  })
  const anyAnswer = fc.record({ kept: fc.boolean(), uses: fc.nat({ max: 20 }), seconds: fc.nat({ max: 20 }) })

  it('agree, whatever is asked for, left ticked and chosen', async () => {
    const anyRequest = fc.array(fc.tuple(anyEntry, anyAnswer), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(anyRequest, async (asked) => {
        const entries = asked.map(([{ tool, ...members }]) => askFor(tool, members))
        const parsed = entries.map((entry) => parseCapability(entry, 'request'))
        const attempt = await open(entries)
        if (parsed.some(({ ok }) => !ok)) {
          expect(attempt.page.url.searchParams.get('error')).toBe('invalid_authorization_details')
          return
        }
        const requests = parsed.flatMap((result) => (result.ok ? [result.value] : []))
        const shown = readCapabilities(attempt.page)
        expect(shown.map(({ sentence }) => sentence)).toEqual(requests.map((entry) => describeCapability(entry).text))

        const expected: CapabilityRequest[] = []
        const fields: Record<string, string | undefined> = {}
        for (const [place, { field, uses, seconds }] of shown.entries()) {
          const [request, answer] = [requests[place], asked[place]?.[1]]
          if (request === undefined || answer === undefined) throw new Error('The page shows more than was asked for.')
          const choose = (offered: string[], choice: number, most: number) =>
            offered[choice % offered.length] ?? String(most)
          const chosen = {
            uses: choose(uses, answer.uses, request.uses),
            seconds: choose(seconds, answer.seconds, request.seconds),
          }
          fields[`${field}-uses`] = chosen.uses
          fields[`${field}-seconds`] = chosen.seconds
          if (!answer.kept) fields[field] = undefined
          if (answer.kept) expected.push({ ...request, uses: Number(chosen.uses), seconds: Number(chosen.seconds) })
        }
        const back = await browser.submit(attempt.page, 'approve', fields)
        if (expected.length === 0) {
          expect(back.url.searchParams.get('error')).toBe('access_denied')
          return
        }
        const tokens = await redeem(attempt, back)
        for (const answer of [tokens, await refreshed(tokens)]) {
          const granted = capabilitiesIn(answer).map(({ id: _id, expires, approved_at = 0, ...terms }) => ({
            ...terms,
            seconds: expires - approved_at,
          }))
          expect(granted).toEqual(expected.map((entry) => JSON.parse(JSON.stringify(entry))))
        }
      }),
      { numRuns: 60 },
    )
  })
})

// Last of all: a ledger whose clock comes back from so far ahead refuses what it may have forgotten.
describe('a capability', () => {
  it('is all there is to refresh where nothing else was given', async () => {
    const attempt = await open([askFor('delete_note', { seconds: 600 })])
    const first = await redeem(attempt, await browser.submit(attempt.page, 'approve'))
    setTime(now() + 300)
    const second = await refreshed(first)
    expect(capabilitiesIn(second)).toEqual(capabilitiesIn(first))
    setTime(now() + 300 + 3600)
    expect((await refreshed(second)).body.error).toBe('invalid_grant')
  })
})
