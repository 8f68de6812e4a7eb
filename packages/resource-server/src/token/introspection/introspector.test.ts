import { type GuardEvent, type JsonObject, ok, type Result, refuse } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { verifies } from '../../../../../tests/requirements/verifies.ts'
import { start } from '../../testing/issuer.test-fixture.ts'
import type { AccessToken } from '../access-token.ts'
import { FetchFailed } from '../bounded-fetch.ts'
import { createIntrospector } from './introspector.ts'

/** What is judged of the answer `{ name }`. */
function tokenOf(name: string, overrides: Partial<AccessToken> = {}): AccessToken {
  return {
    source: 'introspection',
    issuer: 'https://auth.example',
    subject: name,
    clientId: 'agent-1',
    audience: ['https://notes.example/mcp'],
    severalAudiences: false,
    scopes: new Set(),
    expires: start + 300,
    notBefore: 0,
    issuedAt: start,
    tokenId: 'token-1',
    ath: `digest of ${name}`,
    revocationKeys: [],
    ...overrides,
  }
}
const inactive = refuse('invalid_token', 'inactive')
const unavailable = (reason: string) => refuse('introspection_unavailable', reason)

/** An introspector whose issuer says `answer`, on a clock that the test moves. */
function createScene(options: { covered?: boolean; timeoutMs?: number } = {}) {
  const events: GuardEvent[] = []
  const asked: string[] = []
  const scene = {
    now: start,
    events,
    asked,
    answer: async (name: string): Promise<JsonObject> => ({ name }),
    judged: (name: string): Result<AccessToken> => ok(tokenOf(name)),
    /** Asks about the token of that name. */
    ask: (name: string, maxAge?: number) => introspector.introspect(name, `digest of ${name}`, maxAge),
    introspector: undefined as unknown as ReturnType<typeof createIntrospector>,
  }
  const introspector = createIntrospector({
    issuer: 'https://auth.example',
    request: (name) => {
      asked.push(name)
      return scene.answer(name)
    },
    judge: async ({ name }) => scene.judged(String(name)),
    isCovered: () => options.covered ?? false,
    clock: () => scene.now,
    events: (event) => events.push(event),
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  return Object.assign(scene, { introspector })
}
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('RFC 7662 §4: answers that are kept', () => {
  it('are asked for once by all who need one together, and are at hand from then on', async () => {
    const { ask, asked } = createScene()
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask('a')))
    expect(answers).toEqual(answers.map(() => ok(tokenOf('a'))))
    expect(ask('a')).toEqual(ok(tokenOf('a')))
    expect(asked).toEqual(['a'])
  })

  it(`${verifies('RFC7662-4-3')} serve for two seconds where nothing else tells of a revocation`, async () => {
    const scene = createScene()
    await scene.ask('a')
    scene.judged = () => inactive
    scene.now = start + 0.99
    expect(scene.ask('a')).toEqual(ok(tokenOf('a')))
    expect(scene.asked).toHaveLength(1)
    scene.now = start + 2
    expect(await scene.ask('a')).toEqual(inactive)
    expect(scene.asked).toHaveLength(2)
  })

  it('are renewed after one second without making anybody wait, and a bad one counts as soon as it is in', async () => {
    const scene = createScene()
    await scene.ask('a')
    scene.judged = () => inactive
    scene.now = start + 1
    expect(scene.ask('a')).toEqual(ok(tokenOf('a')))
    await settle()
    expect(scene.ask('a')).toEqual(inactive)
    expect(scene.asked).toHaveLength(2)
  })

  it('serve until exp where a revocation would be heard of', async () => {
    const scene = createScene({ covered: true })
    await scene.ask('a')
    scene.now = start + 299.9
    expect(scene.ask('a')).toEqual(ok(tokenOf('a')))
    await settle()
    expect(scene.asked).toHaveLength(1)
  })

  it(`${verifies('RFC7662-4-2')} are not used any more past exp: the token is found once more, to be refused for it`, async () => {
    const scene = createScene({ covered: true })
    await scene.ask('a')
    scene.now = start + 300
    expect(scene.ask('a')).toEqual(ok(tokenOf('a')))
    scene.judged = () => inactive
    expect(await scene.ask('a')).toEqual(inactive)
  })

  it('are as good as old when the clock was set back', async () => {
    const scene = createScene()
    await scene.ask('a')
    scene.now = start - 3600
    await scene.ask('a')
    expect(scene.asked).toHaveLength(2)
  })

  it('are passed over by who insists on a newer one', async () => {
    const scene = createScene({ covered: true })
    await scene.ask('a')
    scene.now = start + 1.5
    expect(scene.ask('a', 2)).toEqual(ok(tokenOf('a')))
    await scene.ask('a', 1)
    expect(scene.asked).toHaveLength(2)
  })

  it('are kept of ten thousand tokens; the oldest goes first', async () => {
    const { ask, introspector } = createScene()
    for (let index = 0; index <= 10_000; index++) await ask(`token-${index}`)
    expect(introspector.holds('digest of token-0')).toBe(false)
    expect(introspector.holds('digest of token-1')).toBe(true)
  })

  it('are dropped with tokens that are over', async () => {
    const { ask, introspector } = createScene()
    await ask('a')
    await ask('b')
    introspector.drop(({ subject }) => subject === 'a')
    expect([introspector.holds('digest of a'), introspector.holds('digest of b')]).toEqual([false, true])
  })
})

describe('a token that is not good', () => {
  it('is asked about once in two seconds', async () => {
    const scene = createScene()
    scene.judged = () => inactive
    for (let step = 0; step < 40; step++) {
      expect(await scene.ask('a')).toEqual(inactive)
      scene.now = start + step / 10
    }
    expect(scene.asked).toHaveLength(2)
  })

  it('is remembered of ten thousand, and strangers put out no good one', async () => {
    const scene = createScene({ covered: true })
    await scene.ask('good')
    scene.judged = () => inactive
    for (let index = 0; index <= 10_000; index++) await scene.ask(`bad-${index}`)
    scene.asked.length = 0
    await scene.ask('bad-1')
    await scene.ask('bad-0')
    expect(scene.asked).toEqual(['bad-0'])
    expect(scene.ask('good')).toEqual(ok(tokenOf('good')))
  })
})

describe('an issuer that gives no answer', () => {
  it('makes its tokens unknown, not invalid; what it said before serves its time', async () => {
    const scene = createScene()
    await scene.ask('a')
    scene.answer = () => Promise.reject(new FetchFailed('status_500'))
    scene.now = start + 1.5
    expect(scene.ask('a')).toEqual(ok(tokenOf('a')))
    await settle()
    expect(scene.ask('a')).toEqual(ok(tokenOf('a')))
    scene.now = start + 2
    expect(await scene.ask('a')).toEqual(unavailable('status_500'))
    scene.answer = async (name) => ({ name })
    scene.now = start + 3
    expect(await scene.ask('a')).toEqual(ok(tokenOf('a')))
  })

  it('is asked about one token once a second, whoever insists', async () => {
    const scene = createScene()
    scene.answer = () => Promise.reject(new FetchFailed('connection'))
    for (let step = 0; step < 30; step++) {
      expect(await scene.ask('a')).toEqual(unavailable('connection'))
      scene.now = start + (step + 1) / 10
    }
    expect(scene.asked).toHaveLength(3)
  })

  it('is named in an event with a constant reason', async () => {
    const scene = createScene()
    scene.answer = () => Promise.reject(new FetchFailed('status_500'))
    await scene.ask('a')
    scene.answer = () => Promise.reject(new TypeError('text from somewhere else'))
    await scene.ask('b')
    expect(scene.events).toEqual([
      { type: 'introspection_failed', issuer: 'https://auth.example', reason: 'status_500' },
      { type: 'introspection_failed', issuer: 'https://auth.example', reason: 'error' },
    ])
  })

  it('is waited for so long and no longer, also by those who wait for their turn', async () => {
    const scene = createScene({ timeoutMs: 50 })
    scene.answer = () => new Promise(() => undefined)
    const answers = await Promise.all(Array.from({ length: 300 }, (_, index) => scene.ask(`token-${index}`)))
    const reasons = answers.map((answer) => (answer.ok ? 'good' : answer.rejection.reason))
    expect(reasons.filter((reason) => reason === 'timeout')).toHaveLength(16 + 256)
    expect(reasons.filter((reason) => reason === 'busy')).toHaveLength(300 - 16 - 256)
    expect(scene.asked).toHaveLength(16)
  })

  it('holds up no known token while strangers are waiting', async () => {
    const scene = createScene({ timeoutMs: 1000 })
    await scene.ask('known')
    const { promise, resolve } = Promise.withResolvers<JsonObject>()
    scene.answer = async (name) => (name === 'known' ? { name } : promise)
    const waiting = Array.from({ length: 300 }, (_, index) => scene.ask(`stranger-${index}`))
    scene.now = start + 2
    expect(await scene.ask('known')).toEqual(ok(tokenOf('known')))
    resolve({ name: 'stranger' })
    await Promise.all(waiting)
  })
})
