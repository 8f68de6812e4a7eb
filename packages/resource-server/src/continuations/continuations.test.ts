import { describe, expect, it, vi } from 'vitest'
import type { GuardedServer } from '../guarded-server.ts'
import { createAgentKey } from '../testing/agent.test-fixture.ts'
import { type Asking, createAskingHandler } from '../testing/asking-handler.test-fixture.ts'
import { createCapabilityOptions, grantCapability } from '../testing/capability.test-fixture.ts'
import { createDurableLedger } from '../testing/durable-ledger.test-fixture.ts'
import type { Members } from '../testing/issuer.test-fixture.ts'
import { impatience } from '../testing/pressure-refusals.test-fixture.ts'
import { createTestFeed } from '../testing/revocation-feed.test-fixture.ts'
import { createScene, type RequestParts, rpc, type Scene, type SceneOptions } from '../testing/scene.test-fixture.ts'
import { useServedIssuer } from '../testing/served-issuer.test-fixture.ts'
import { createWeakenedGuard } from '../unsafe/weakened-guard.ts'

const { origin, answers } = useServedIssuer()

const tools = {
  read_notes: { scopes: ['notes:read'] },
  delete_note: { capability: { object: '/note_id', free: ['/comment'] } },
}

const secret = 'a secret of thirty-two octets...'

interface Stage {
  readonly scene: Scene
  readonly server: GuardedServer
  readonly calls: readonly Members[]
  /** A token with one use for note 42. */
  readonly token: string
}

async function setUp(asking: Asking = {}, options: SceneOptions = {}): Promise<Stage> {
  const scene = await createScene(createCapabilityOptions({ tools, ...options }))
  const handler = createAskingHandler(asking)
  const locations = [scene.guard.metadata.resource]
  const token = await scene.token({ authorization_details: [grantCapability({ locations })] })
  return { scene, server: scene.guard.protect(handler), calls: handler.calls, token }
}

interface Answer {
  readonly status: number
  readonly code?: string
  readonly state?: string
  readonly type?: string
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text()
  const json = text.startsWith('{') ? text : (/^data: (.*"result".*)$/m.exec(text)?.[1] ?? '{}')
  const { code, result } = JSON.parse(json) as {
    code?: string
    result?: { requestState?: string; resultType?: string }
  }
  return {
    status: response.status,
    ...(code !== undefined && { code }),
    ...(result?.requestState !== undefined && { state: result.requestState }),
    ...(result?.resultType !== undefined && { type: result.resultType }),
  }
}

/** Deletes note 42, or goes on deleting it; `params` override. */
async function send({ scene, server, token }: Stage, params: Members = {}, parts: RequestParts = {}): Promise<Answer> {
  const body = rpc('tools/call', { name: 'delete_note', arguments: { note_id: 42 }, ...params })
  return readAnswer(await server.fetch(await scene.request({ token, body, ...parts })))
}

const goOn = (state: string | undefined, more: Members = {}): Members => ({
  requestState: state,
  inputResponses: { sure: { action: 'accept' } },
  ...more,
})

describe.each<Asking>([
  { as: 'json', stateful: true },
  { as: 'json', stateful: false },
  { as: 'events', stateful: true },
])('a call that asks for input, answered as $as, with a state of its own: $stateful', (asking) => {
  it('goes on with the use that it has spent, and the handler finds its own state', async () => {
    const stage = await setUp(asking)
    const first = await send(stage)
    expect(first).toEqual({
      status: 200,
      type: 'input_required',
      state: expect.stringMatching(/^countersign\.1\.[\w-]+$/),
    })
    expect(await send(stage, goOn(first.state))).toEqual({ status: 200, type: 'complete' })
    const [, second] = stage.calls
    expect(second).toMatchObject({ arguments: { note_id: 42 }, inputResponses: { sure: { action: 'accept' } } })
    expect(second?.requestState).toBe(asking.stateful === true ? 'round 1' : undefined)
    expect(await send(stage)).toMatchObject({ status: 403, code: 'capability_exhausted' })
  })
})

describe('a continuation', () => {
  it('is good for one call, and costs that call its proof alone', async () => {
    const stage = await setUp({ times: 9 })
    const { state } = await send(stage)
    expect(await send(stage, goOn(state))).toMatchObject({ type: 'input_required' })
    expect(await send(stage, goOn(state))).toEqual({ status: 400, code: 'continuation_invalid' })
    expect(stage.calls).toHaveLength(2)
  })

  it('would be good for any number of calls if it were not spent', async () => {
    vi.stubEnv('COUNTERSIGN_UNSAFE', '1')
    const stage = await setUp(
      { times: 9 },
      {
        resource: 'http://127.0.0.1:3000/mcp',
        issuedBy: 'http://127.0.0.1:4000',
        create: (options) => createWeakenedGuard(options, ['reusable_continuations']),
      },
    )
    vi.unstubAllEnvs()
    const { state } = await send(stage)
    for (const _ of [1, 2, 3]) expect(await send(stage, goOn(state))).toMatchObject({ type: 'input_required' })
    expect(stage.calls).toHaveLength(4)
  })

  it('is good for the same arguments, in any order, and for no others', async () => {
    const stage = await setUp({ times: 9 })
    const args = { note_id: 42, comment: { a: [1], b: 2 } }
    const { state } = await send(stage, { arguments: args })
    for (const others of [
      { note_id: 99, comment: args.comment },
      { note_id: '42', comment: args.comment },
      { note_id: 42 },
      { note_id: 42, comment: { a: [2], b: 2 } },
      {
        note_id: 42,
        comment: [
          ['a', [1]],
          ['b', 2],
        ],
      },
      { ...args, more: true },
    ]) {
      const refused = await send(stage, goOn(state, { arguments: others }))
      expect(refused).toEqual({ status: 400, code: 'continuation_invalid' })
    }
    expect(await send(stage, goOn(state, { name: 'read_notes' }))).toMatchObject({ code: 'continuation_invalid' })
    const same = { comment: { b: 2, a: [1] }, note_id: 42 }
    expect(await send(stage, goOn(state, { arguments: same }))).toMatchObject({ status: 200 })
  })

  it('is the caller’s own: same user, client and key, with whatever token', async () => {
    const shared = { ledger: createDurableLedger(), continuationSecret: secret }
    const stage = await setUp({ times: 9 }, shared)
    const { state } = await send(stage)
    for (const claims of [{ sub: 'user-2' }, { client_id: 'agent-2' }]) {
      const token = await stage.scene.token(claims)
      expect(await send({ ...stage, token }, goOn(state))).toEqual({ status: 400, code: 'continuation_invalid' })
    }
    const thief = await setUp({ times: 9 }, shared)
    expect(await send(thief, goOn(state))).toEqual({ status: 400, code: 'continuation_invalid' })
    const token = await stage.scene.token()
    expect(await send({ ...stage, token }, goOn(state))).toMatchObject({ type: 'input_required' })
  })

  it('may outlive its capability, and not ten minutes', async () => {
    const stage = await setUp({ times: 9 })
    const { scene } = stage
    const first = await send(stage)
    scene.now += 299
    const second = await send({ ...stage, token: await scene.token() }, goOn(first.state))
    expect(second).toMatchObject({ type: 'input_required' })
    scene.now += 301
    const late = await send({ ...stage, token: await scene.token() }, goOn(second.state))
    expect(late).toEqual({ status: 400, code: 'continuation_invalid' })
  })

  it('has an end after ten rounds', async () => {
    const stage = await setUp({ times: 99 })
    let { state } = await send(stage)
    for (let round = 1; round <= 10; round++) {
      const next = await send(stage, goOn(state))
      expect(next).toMatchObject({ type: 'input_required' })
      state = next.state
    }
    expect(await send(stage, goOn(state))).toEqual({ status: 400, code: 'continuation_invalid' })
  })

  it('can be neither made nor changed nor read', async () => {
    const stage = await setUp({ times: 9 })
    const { state = '' } = await send(stage)
    const octets = Buffer.from(state.slice('countersign.1.'.length), 'base64url')
    expect(octets.toString('latin1')).not.toMatch(/round 1|delete_note|agent-1/)
    for (let at = 0; at < octets.length; at += 7) {
      const changed = Buffer.from(octets)
      changed[at] = (changed[at] ?? 0) ^ 1
      const forged = `countersign.1.${changed.toString('base64url')}`
      expect(await send(stage, goOn(forged))).toEqual({ status: 400, code: 'continuation_invalid' })
    }
    for (const made of ['countersign.1.', 'countersign.1.AAAA', `${state}A`, `${state}=`]) {
      expect(await send(stage, goOn(made))).toEqual({ status: 400, code: 'continuation_invalid' })
    }
    expect(await send(stage, goOn(state))).toMatchObject({ status: 200 })
  })

  it('of the handler alone is the handler’s to judge, and takes a use', async () => {
    const stage = await setUp({ times: 0 })
    expect(await send(stage, goOn('round 7'))).toMatchObject({ status: 200 })
    expect(stage.calls).toMatchObject([{ requestState: 'round 7' }])
    expect(await send(stage, goOn('round 7'))).toMatchObject({ code: 'capability_exhausted' })
  })

  it('goes on in another process that has the same secret and ledger, and in no other', async () => {
    const shared = { ledger: createDurableLedger(), agent: await createAgentKey() }
    const [one, two, stranger] = [
      await setUp({ times: 9 }, { ...shared, continuationSecret: secret }),
      await setUp({ times: 9 }, { ...shared, continuationSecret: Buffer.from(secret) }),
      await setUp({ times: 9 }, shared),
    ]
    const { state } = await send(one)
    expect(await send(stranger, goOn(state))).toMatchObject({ code: 'continuation_invalid' })
    expect(await send(two, goOn(state))).toMatchObject({ status: 200 })
    expect(await send(one, goOn(state))).toMatchObject({ code: 'continuation_invalid' })
  })

  it('is not leaned on: it is the same call', async () => {
    const leaning = { ...tools, delete_note: { ...tools.delete_note, friction: {} } }
    const stage = await setUp({ times: 9 }, { tools: leaning, friction: impatience })
    let { state } = await send(stage)
    for (const _ of [1, 2, 3]) ({ state } = await send(stage, goOn(state)))
    expect(state).toBeDefined()
  })

  it('is not had from the answer to another call of the batch that has the same id', async () => {
    const deleting = (params: Members = {}) =>
      rpc('tools/call', { name: 'delete_note', arguments: { note_id: 42 }, ...params })
    const asking = rpc('tools/call', { name: 'read_notes', arguments: {} })
    const stage = await setUp({ times: 9 })
    const { scene, server, token } = stage
    const response = await server.fetch(await scene.request({ token, body: `[${deleting()},${asking}]` }))
    const answers = (await response.json()) as { result: { requestState: string } }[]
    // The one that was deleted may have come to its end; what asks is the other.
    for (const { result } of answers) {
      expect(await send(stage, goOn(result.requestState))).toMatchObject({ code: 'capability_exhausted' })
    }
  })

  it('ends with the capability that its call took, though its token goes on', async () => {
    const feed = createTestFeed()
    answers.set('/revocations', feed.answer)
    const stage = await setUp({ times: 9 }, { issuerTrust: { revocationFeed: `${origin()}/revocations` } })
    const { scene } = stage
    const { state } = await send(stage)
    const {
      authorization_details: [{ id }],
    } = JSON.parse(Buffer.from(stage.token.split('.')[1] ?? '', 'base64url').toString())
    await feed.revoke('capability', id)
    scene.now += 2.1
    const token = await scene.token({ iat: scene.now })
    expect(await send({ ...stage, token }, goOn(state))).toEqual({ status: 400, code: 'continuation_invalid' })
  })

  it('of a call that took no capability stays the handler’s own', async () => {
    const stage = await setUp({ times: 9 })
    const answer = await send(stage, { name: 'read_notes', arguments: {} })
    expect(answer).toEqual({ status: 200, type: 'input_required', state: 'round 1' })
  })
})

it('a secret that can be guessed is none', async () => {
  await expect(setUp({}, { continuationSecret: 'short' })).rejects.toThrow(/continuationSecret must be 32 octets/)
})
