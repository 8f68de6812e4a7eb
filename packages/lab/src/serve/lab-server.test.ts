import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Attack } from '../attack.ts'
import { attacks } from '../attacks/catalogue.ts'
import { send } from '../scene/wire.ts'
import type { LabEvent } from './events.ts'
import { type LabOptions, type ServedLab, serveLab } from './lab-server.ts'

const replay = attacks.filter(({ id }) => id === 'T4')

/** Attacks nothing, for as long as it is let. */
const endless: Attack = {
  ...(replay[0] ?? { id: '', title: '', source: { document: 'ours', section: '' }, needs: '', steps: [], analog: '' }),
  id: 'endless',
  variants: [
    {
      title: 'never ends',
      weakened: {},
      run: () => Promise.withResolvers<never>().promise,
      stoppedBy: 'replay_detected',
      status: 401,
    },
  ],
}

let lab: ServedLab
let origin: string
const start = async (options: LabOptions = {}): Promise<void> => {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  lab = serveLab(http, { attacks: [...replay, endless], ...options })
  origin = new URL(lab.url).origin
}
beforeEach(() => start())
afterEach(() => lab.close())

const readToken = async (): Promise<string> =>
  /name="lab-token" content="([^"]+)"/.exec(await (await fetch(lab.url)).text())?.[1] ?? ''

/** As the page asks; headers that are undefined are left out. */
const ask = async (body: object, headers: Readonly<Record<string, string | undefined>> = {}, path = '/runs') => {
  const all = { origin, 'content-type': 'application/json', 'x-lab-token': await readToken(), ...headers }
  const given = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  const text = JSON.stringify(body)
  const answer = await send(origin + path, {
    headers: { 'content-length': String(Buffer.byteLength(text)), ...Object.fromEntries(given) },
    body: text,
  })
  const { id = '' } = JSON.parse(answer.body) as { id?: string }
  return { status: answer.status, code: answer.code, id }
}

const listen = async (id: string, headers: Readonly<Record<string, string>> = {}): Promise<readonly LabEvent[]> => {
  const text = await (await fetch(`${origin}/runs/${id}/events`, { headers })).text()
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, line = '']) => JSON.parse(line) as LabEvent)
}

const one = { attack: 'T4', variant: 0, without: [] }
const outcomesOf = (events: readonly LabEvent[]) =>
  Object.fromEntries(events.flatMap((event) => (event.type === 'outcome' ? [[event.side, event.outcome]] : [])))

describe('a run', () => {
  it('tells of its messages as they go, with their secrets masked, and of what came of them', async () => {
    const { status, id } = await ask(one)
    expect(status).toBe(202)
    const events = await listen(id)
    expect(events[0]).toEqual({ type: 'began' })
    expect(events.at(-1)).toEqual({ type: 'over', reason: 'done' })
    expect(outcomesOf(events)).toMatchObject({
      weakened: { landed: true, status: 200 },
      hardened: { landed: false, stoppedAsExpected: true, status: 401, code: 'replay_detected' },
    })
    const steps = events.flatMap((event) => (event.type === 'steps' && event.side === 'hardened' ? event.steps : []))
    expect(steps.at(-1)).toMatchObject({
      from: 'attacker',
      to: 'hardened-mcp',
      request: 'POST /mcp read_notes',
      carries: 'DPoP ‹token 1›, ‹proof 3›',
      answer: '401 replay_detected',
    })
    expect(JSON.stringify(events)).not.toMatch(/eyJ/)
  })

  it('lands on the hardened server once its check is taken out', async () => {
    const { id } = await ask({ ...one, without: ['guard:no_single_use'] })
    expect(outcomesOf(await listen(id))).toMatchObject({ hardened: { landed: true } })
  })

  it('is told from where a browser left off', async () => {
    const { id } = await ask(one)
    const events = await listen(id)
    expect(await listen(id, { 'last-event-id': String(events.length - 2) })).toEqual(events.slice(-1))
    const headers = { 'last-event-id': String(events.length - 1) }
    expect((await fetch(`${origin}/runs/${id}/events`, { headers })).status).toBe(204)
  })

  it('of all attacks tells what landed of each', async () => {
    await lab.close()
    await start({ attacks: replay })
    const { id } = await ask({ without: ['guard:no_single_use'] })
    expect(await listen(id)).toContainEqual({
      type: 'swept',
      attack: 'T4',
      outcomes: [expect.objectContaining({ landed: true })],
    })
  })

  it('that takes too long is ended', async () => {
    await lab.close()
    await start({ limits: { oneMs: 500 } })
    const { id } = await ask({ ...one, attack: 'endless' })
    expect((await listen(id)).at(-1)).toEqual({ type: 'over', reason: 'out_of_time' })
  })

  it('waits for the one before it, ends when it is told to, and is refused when too many wait', async () => {
    const runs = []
    for (let count = 0; count < 4; count++) runs.push(await ask({ ...one, attack: 'endless' }))
    expect(await ask(one)).toMatchObject({ status: 429, code: 'queue_full' })
    const headers = { origin, 'x-lab-token': await readToken() }
    for (const { id } of runs) await fetch(`${origin}/runs/${id}`, { method: 'DELETE', headers })
    const last = await listen(runs.at(-1)?.id ?? '')
    expect(last[0]).toEqual({ type: 'waiting', ahead: 3 })
    expect(last.at(-1)).toEqual({ type: 'over', reason: 'stopped' })
  })
})

describe('who may start one', () => {
  it.each([
    ['a page of another origin', { origin: 'https://evil.example' }, 'origin_not_allowed'],
    ['a page on another port', { origin: 'http://127.0.0.1:1' }, 'origin_not_allowed'],
    ['a page without an origin', { origin: 'null' }, 'origin_not_allowed'],
    ['a program that names none', { origin: undefined }, 'origin_not_allowed'],
    ['a page of the same site', { 'sec-fetch-site': 'same-site' }, 'origin_not_allowed'],
    ['whoever lacks the token', { 'x-lab-token': undefined }, 'token_required'],
    ['whoever guesses the token', { 'x-lab-token': 'A'.repeat(32) }, 'token_required'],
  ])('not %s', async (_who, headers, code) => {
    expect(await ask(one, headers)).toMatchObject({ status: 403, code })
  })

  it.each(['evil.example', 'localhost', '127.0.0.1:1', '169.254.169.254'])(
    'nobody who came by another name: %s',
    async (host) => {
      const answer = await send(lab.url, { method: 'GET', headers: { host } })
      expect(answer).toMatchObject({ status: 403, code: 'host_not_allowed' })
      expect(answer.body).not.toContain(await readToken())
      expect(await ask(one, { host, origin: `http://${host}` })).toMatchObject({ status: 403 })
    },
  )

  it('a preflight gets no leave', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    const answer = await send(`${origin}/runs`, { method: 'OPTIONS', headers })
    expect(answer.status).toBe(403)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it('a link may lead to the page; scripts, frames and fetches of other sites get nothing of it', async () => {
    const from = (mode: string, dest: string) =>
      send(lab.url, {
        method: 'GET',
        headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode, 'sec-fetch-dest': dest },
      })
    expect((await from('navigate', 'document')).status).toBe(200)
    for (const [mode, dest] of [
      ['no-cors', 'script'],
      ['navigate', 'iframe'],
      ['cors', 'empty'],
    ] as const) {
      expect((await from(mode, dest)).status, dest).toBe(403)
    }
  })
})

describe('what is no run', () => {
  it.each([
    {},
    [],
    { ...one, attack: 'T99' },
    { ...one, variant: 99 },
    { ...one, variant: '0' },
    { ...one, without: ['guard:nothing'] },
    { ...one, without: 'guard:audience' },
    { ...one, url: 'https://example.com' },
    { variant: 0, without: [] },
  ])('is refused: %j', async (body) => {
    expect(await ask(body)).toMatchObject({ status: 400, code: 'not_a_run' })
  })

  it('is refused when it is no JSON or too long', async () => {
    expect(await ask(one, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    expect(await ask({ ...one, without: ['x'.repeat(9_000)] })).toMatchObject({ status: 415 })
  })

  it('has no address', async () => {
    expect((await fetch(`${origin}/runs/x/events`)).status).toBe(404)
    expect((await fetch(`${origin}/../package.json`)).status).toBe(404)
    expect((await fetch(`${origin}/runs/${crypto.randomUUID()}/events`)).status).toBe(404)
  })
})

it('lets nothing in the page load or run that is not its own', async () => {
  const { headers } = await fetch(lab.url)
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/)
  expect(headers.get('content-security-policy')).not.toMatch(/unsafe|https?:|data:|\*/)
  expect(headers.get('x-frame-options')).toBe('DENY')
})

it('is served on loopback and nowhere else', async () => {
  const http = createServer().listen(0, '0.0.0.0')
  await once(http, 'listening')
  expect(() => serveLab(http)).toThrow('127.0.0.1 and nowhere else')
  http.close()
})

it('ends what runs when it is closed', async () => {
  await ask({ ...one, attack: 'endless' })
  await lab.close()
  const { port } = new URL(origin)
  await expect(once(request({ port, host: '127.0.0.1' }).end(), 'response')).rejects.toThrow('ECONNREFUSED')
  await start()
})
