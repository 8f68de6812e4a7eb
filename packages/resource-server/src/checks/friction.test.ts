import { createFriction } from '@countersign/friction'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import { createGuard } from '../guard.ts'
import { grantCapability, wantedCapability } from '../testing/capability.test-fixture.ts'
import { deleteWith } from '../testing/capability-refusals.test-fixture.ts'
import { createDurableLedger } from '../testing/durable-ledger.test-fixture.ts'
import { type Members, resource, start } from '../testing/issuer.test-fixture.ts'
import { createFrictionOptions, impatience } from '../testing/pressure-refusals.test-fixture.ts'
import {
  createScene,
  type RequestParts,
  type Scene,
  type SceneOptions,
  toolCall,
} from '../testing/scene.test-fixture.ts'
import { readWebRequest } from '../web-request.ts'

const createLeaningScene = (options?: SceneOptions) => createScene(createFrictionOptions(options))

/** `allowed`, or the code and reason of the refusal. */
async function decide(scene: Scene, held: readonly Members[] = [grantCapability()], parts?: RequestParts) {
  const decision = await scene.guard.decide(readWebRequest(await deleteWith(scene, held, parts)))
  if (decision.allowed) return 'allowed'
  const { code, reason } = decision.rejection
  return reason === undefined ? code : `${code} ${reason}`
}

const approved = (at = start) => grantCapability({ approved_at: at })

describe('a client that leans on a tool', () => {
  it('is asked for a person, and then for time', async () => {
    const scene = await createLeaningScene()
    expect([await decide(scene), await decide(scene), await decide(scene)]).toEqual([
      'allowed',
      'approval_required',
      'friction_blocked friction',
    ])
    scene.now += 3600
    expect(await decide(scene, [grantCapability({ expires: scene.now + 60 })])).toBe('allowed')
  })

  it('is let through with what a person approved just now, and only then', async () => {
    const scene = await createLeaningScene()
    await decide(scene)
    expect(await decide(scene, [approved(start - 301)])).toBe('approval_required')
    const other = await createLeaningScene()
    await decide(other)
    expect(await decide(other, [grantCapability(), approved(start - 299)])).toBe('allowed')
  })

  it('spends the approval, and not what nobody approved', async () => {
    const scene = await createLeaningScene()
    const [plain, seen] = [grantCapability(), approved()]
    await decide(scene)
    const decision = await scene.guard.decide(readWebRequest(await deleteWith(scene, [plain, seen])))
    expect(decision.allowed && decision.caller.capabilities).toMatchObject([{ id: seen.id }])
  })

  it('is not let through by an approval when it is blocked', async () => {
    const scene = await createLeaningScene()
    for (const _ of [1, 2]) await decide(scene)
    expect(await decide(scene, [approved()])).toBe('friction_blocked friction')
  })

  it('spends no use of a capability for what it does not get', async () => {
    const scene = await createLeaningScene()
    await decide(scene)
    const held = grantCapability({ expires: start + 7200 })
    expect(await decide(scene, [held])).toBe('approval_required')
    expect(await decide(scene, [held])).toBe('friction_blocked friction')
    scene.now += 3600
    expect(await decide(scene, [held])).toBe('allowed')
  })

  it('is not made to by whoever sends its calls again', async () => {
    const scene = await createLeaningScene()
    const request = await deleteWith(scene, [grantCapability({ uses: 9 })])
    const outcomes: unknown[] = []
    for (const _ of [1, 2, 3]) {
      const decision = await scene.guard.decide(readWebRequest(request.clone()))
      outcomes.push(decision.allowed || decision.rejection.code)
    }
    expect(outcomes).toEqual([true, 'replay_detected', 'replay_detected'])
    expect(await decide(scene)).toBe('approval_required')
  })

  it('is not made to by calls that are refused for something else', async () => {
    const scene = await createLeaningScene()
    for (const _ of [1, 2, 3]) expect(await decide(scene, [])).toBe('capability_required')
    expect(await decide(scene)).toBe('allowed')
  })

  it('affects no other user, client or issuer', async () => {
    const scene = await createLeaningScene()
    for (const _ of [1, 2]) await decide(scene)
    const authorization_details = [grantCapability({ uses: 2 })]
    const user = await scene.token({ sub: 'user-2', authorization_details })
    const client = await scene.token({ client_id: 'agent-2', authorization_details })
    expect([await decide(scene, [], { token: user }), await decide(scene, [], { token: client })]).toEqual([
      'allowed',
      'allowed',
    ])
  })

  it('is told by how hard it leans', async () => {
    const scene = await createLeaningScene()
    scene.events.length = 0
    for (const _ of [1, 2, 3]) await decide(scene)
    const level = (name: string) => ({ type: 'friction_level', tool: 'delete_note', clientId: 'agent-1', level: name })
    expect(scene.events.filter(({ type }) => type === 'friction_level')).toEqual([level('high'), level('blocked')])
  })

  it('takes a place for each call of a batch', async () => {
    const scene = await createLeaningScene()
    const call = toolCall('delete_note', { note_id: 42 })
    expect(await decide(scene, [grantCapability({ uses: 2 })], { body: `[${call},${call}]` })).toBe('approval_required')
  })
})

describe('a tool whose scopes are enough', () => {
  const tools = { move_note: { scopes: ['notes:read'], friction: {} } }
  const body = toolCall('move_note', { note_id: 42 })
  const forMoving = (overrides: Members = {}) =>
    grantCapability({ tool: 'move_note', approved_at: start, ...overrides })

  it('asks for a capability that somebody approved, and takes one for this very call', async () => {
    const scene = await createLeaningScene({ tools })
    expect(await decide(scene, [], { body })).toBe('allowed')
    const asked = await scene.guard.decide(readWebRequest(await scene.request({ body })))
    expect(asked).toMatchObject({
      rejection: { code: 'approval_required', remediation: [wantedCapability(42, { tool: 'move_note' })] },
    })
    const other = await createLeaningScene({ tools })
    const held = forMoving()
    await decide(other, [held], { body })
    expect(await decide(other, [forMoving({ arguments: { '/note_id': { equals: 9 } } }), held], { body })).toBe(
      'allowed',
    )
  })

  it('asks for nothing that the guard could not count', async () => {
    const scene = await createScene({ tools, friction: impatience })
    await decide(scene, [], { body })
    const asked = await scene.guard.decide(readWebRequest(await scene.request({ body })))
    expect(asked).toEqual(expect.objectContaining({ allowed: false, rejection: { code: 'approval_required' } }))
  })

  it('has no friction where it says nothing of it', async () => {
    const scene = await createLeaningScene()
    for (const _ of [1, 2, 3]) expect(await decide(scene, [], { body: toolCall('read_notes') })).toBe('allowed')
  })
})

describe('friction that cannot say', () => {
  const failing = {
    open: () => ({
      update() {
        throw new Error('no route to the store')
      },
    }),
  }

  it.each([
    ['refuse', 'friction_blocked unavailable'],
    ['allow', 'allowed'],
  ] as const)('does what its policy says: %s', async (whenUnavailable, outcome) => {
    const scene = await createLeaningScene({ friction: { state: failing, whenUnavailable } })
    expect(await decide(scene)).toBe(outcome)
  })
})

describe('friction of a guard', () => {
  const options = { resource, authorizationServers: ['https://auth.example'], ledger: createDurableLedger() }
  const made = createFriction({ tools: { delete_note: {} } })

  it('may be made by itself', async () => {
    const { tools, ...others } = createFrictionOptions()
    const scene = await createScene({
      ...others,
      tools: { ...tools, delete_note: { capability: { object: '/note_id' } } },
      friction: createFriction({ tools: { delete_note: {} }, ...impatience, clock: () => scene.now }),
    })
    expect([await decide(scene), await decide(scene)]).toEqual(['allowed', 'approval_required'])
  })

  it.each<[string, SceneOptions, RegExp]>([
    ['is said in one place', { tools: { a: { friction: {} } }, friction: made }, /'a' says what its friction is/],
    ['is of some tool', { tools: { a: {} }, friction: impatience }, /no tool has any/],
    ['is of tools', { prompts: { a: { friction: {} } } }, /prompts: 'a': friction is asked of tools only/],
    ['has a target that there can be', { tools: { a: { friction: { target: 2 } } } }, /friction and rates: .*target/],
  ])('%s', (_, overrides, message) => {
    expect(() => createGuard({ ...options, ...overrides })).toThrow(ConfigurationError)
    expect(() => createGuard({ ...options, ...overrides })).toThrow(message)
  })
})
