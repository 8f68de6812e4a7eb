import type { Rejection } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../configuration-error.ts'
import type { Decision } from '../decision.ts'
import { createGuard } from '../guard.ts'
import { createCapabilityOptions, grantCapability, wantedCapability } from '../testing/capability.test-fixture.ts'
import { createDurableLedger } from '../testing/durable-ledger.test-fixture.ts'
import { type Members, resource, start } from '../testing/issuer.test-fixture.ts'
import {
  createScene,
  type RequestParts,
  type Scene,
  type SceneOptions,
  toolCall,
} from '../testing/scene.test-fixture.ts'
import { readWebRequest } from '../web-request.ts'

const createDeletingScene = (options?: SceneOptions) => createScene(createCapabilityOptions(options))

const deletion = (note: unknown = 42, more: Members = {}) => toolCall('delete_note', { note_id: note, ...more })

async function decide(scene: Scene, details: unknown, parts: RequestParts = {}): Promise<Decision> {
  const token = await scene.token(details === undefined ? {} : { authorization_details: details })
  return scene.guard.decide(readWebRequest(await scene.request({ token, body: deletion(), ...parts })))
}

/** `allowed`, or the rejection. */
async function outcome(scene: Scene, details: unknown, body = deletion()): Promise<'allowed' | Rejection> {
  const decision = await decide(scene, details, { body })
  return decision.allowed ? 'allowed' : decision.rejection
}

describe('a tool that asks for a capability', () => {
  it('takes a matching one in place of its scopes, and tells the tool which', async () => {
    const scene = await createDeletingScene()
    const granted = grantCapability({ approved_at: start - 5 })
    const decision = await decide(scene, [granted])
    expect(decision).toMatchObject({
      allowed: true,
      caller: {
        scopes: new Set(['notes:read']),
        capabilities: [{ tool: 'delete_note', id: granted.id, expires: start + 60, approvedAt: start - 5 }],
      },
    })
  })

  it('does not take its scopes alone, and says exactly what to ask for', async () => {
    const scene = await createDeletingScene()
    const token = await scene.token({ scope: 'notes:delete' })
    const decision = await decide(scene, undefined, { token })
    expect(decision).toMatchObject({
      allowed: false,
      rejection: { code: 'capability_required', remediation: [wantedCapability(42)] },
    })
  })

  it.each<[string, Members, string, string]>([
    ['another note', { arguments: { '/note_id': { equals: 99 } } }, 'capability_mismatch', 'value'],
    ['a note of that name', { arguments: { '/note_id': { equals: '42' } } }, 'capability_mismatch', 'value'],
    ['any note', { arguments: { '/note_id': { range: { min: 1 } } } }, 'capability_mismatch', 'object'],
    ['the tool as such', { arguments: {} }, 'capability_mismatch', 'object'],
    ['an hour ago', { expires: start - 3600 }, 'capability_expired', 'expired'],
    ['this very second', { expires: start }, 'capability_expired', 'expired'],
    ['later', { not_before: start + 1 }, 'capability_expired', 'not_yet'],
  ])('does not take one for %s', async (_, overrides, code, reason) => {
    const scene = await createDeletingScene()
    const rejection = { code, reason, remediation: [wantedCapability(42)] }
    expect(await outcome(scene, [grantCapability(overrides)])).toEqual(rejection)
  })

  it.each<[string, Members]>([
    ['another tool', { tool: 'move_note' }],
    ['another server', { locations: ['https://other.example/mcp'] }],
  ])('knows of no capability where the token has one for %s', async (_, overrides) => {
    const scene = await createDeletingScene()
    const rejection = { code: 'capability_required', remediation: [wantedCapability(42)] }
    expect(await outcome(scene, [grantCapability(overrides)])).toEqual(rejection)
  })

  it('lets free arguments be anything, and no others', async () => {
    const scene = await createDeletingScene()
    expect(await outcome(scene, [grantCapability()], deletion(42, { comment: 'old' }))).toBe('allowed')
    expect(await outcome(scene, [grantCapability()], deletion(42, { recursive: true }))).toMatchObject({
      code: 'capability_mismatch',
      reason: 'undeclared',
    })
  })

  it('has nothing to ask for where the call does not name what it acts on', async () => {
    const scene = await createDeletingScene()
    expect(await outcome(scene, undefined, toolCall('delete_note'))).toEqual({ code: 'capability_required' })
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'delete_note', arguments: [42] },
    })
    expect(await outcome(scene, [grantCapability()], body)).toEqual({
      code: 'capability_mismatch',
      reason: 'arguments',
    })
  })

  it('names the gravest of what is wrong, and all that the call lacks', async () => {
    const scene = await createDeletingScene()
    const expired = grantCapability({ expires: start })
    const forOther = grantCapability({ arguments: { '/note_id': { equals: 7 } } })
    expect(await outcome(scene, [expired, forOther])).toMatchObject({ code: 'capability_mismatch' })
    expect(await outcome(scene, [forOther, expired])).toMatchObject({ code: 'capability_mismatch' })
    const batch = `[${deletion(1)},${deletion(42)},${deletion(2)}]`
    expect(await outcome(scene, [grantCapability()], batch)).toMatchObject({
      code: 'capability_mismatch',
      remediation: [wantedCapability(1), wantedCapability(2)],
    })
  })
})

describe('a tool that asks for scopes', () => {
  const move = toolCall('move_note', { note_id: 1 })
  const forMoving = grantCapability({ tool: 'move_note', arguments: { '/note_id': { equals: 1 } } })

  it('takes a matching capability where the scopes are missing, for that call and no other', async () => {
    const scene = await createDeletingScene()
    expect(await outcome(scene, [{ ...forMoving, uses: 9 }], move)).toBe('allowed')
    expect(await outcome(scene, [forMoving], toolCall('move_note', { note_id: 2 }))).toMatchObject({
      code: 'capability_mismatch',
    })
    const both = await decide(scene, [{ ...forMoving, uses: 9 }], { body: move })
    expect(both.allowed && [...both.caller.scopes]).toEqual(['notes:read'])
  })

  it('takes the scopes first, and then spends no use', async () => {
    const scene = await createDeletingScene()
    const token = await scene.token({ scope: 'notes:write', authorization_details: [forMoving] })
    for (const _ of [1, 2]) {
      const decision = await decide(scene, undefined, { token, body: move })
      expect(decision).toMatchObject({
        allowed: true,
        caller: expect.not.objectContaining({ capabilities: [expect.anything()] }),
      })
    }
  })

  it('is told of scopes by a token that has no capability for it', async () => {
    const scene = await createDeletingScene()
    expect(await outcome(scene, [grantCapability()], move)).toEqual({
      code: 'insufficient_scope',
      scopes: ['notes:write'],
    })
  })

  it('is not helped by a capability that the guard could not count', async () => {
    const scene = await createScene({ tools: { move_note: { scopes: ['notes:write'] } } })
    expect(await outcome(scene, [forMoving], move)).toMatchObject({ code: 'insufficient_scope' })
  })
})

describe('uses of a capability', () => {
  it('are as many as it has', async () => {
    const scene = await createDeletingScene()
    const granted = [grantCapability({ uses: 2 })]
    const outcomes = [await outcome(scene, granted), await outcome(scene, granted), await outcome(scene, granted)]
    expect(outcomes).toEqual([
      'allowed',
      'allowed',
      { code: 'capability_exhausted', remediation: [wantedCapability(42)] },
    ])
  })

  it('are counted across tokens that carry the same capability', async () => {
    const scene = await createDeletingScene()
    const granted = grantCapability()
    expect(await outcome(scene, [granted])).toBe('allowed')
    expect(await outcome(scene, [grantCapability({ id: granted.id, uses: 1000 })])).toBe('allowed')
    expect(await outcome(scene, [granted])).toMatchObject({ code: 'capability_exhausted' })
  })

  it('are not spent by calls that are refused, and then the proof is', async () => {
    const scene = await createDeletingScene()
    const token = await scene.token({ authorization_details: [grantCapability()] })
    const refused = await scene.request({ token, body: `[${deletion()},${toolCall('move_note')}]` })
    const first = await scene.guard.decide(readWebRequest(refused.clone()))
    expect(first).toMatchObject({ rejection: { code: 'insufficient_scope' } })
    expect(await scene.guard.decide(readWebRequest(refused))).toMatchObject({ rejection: { code: 'replay_detected' } })
    expect(await decide(scene, undefined, { token })).toMatchObject({ allowed: true })
    const exhausted = await scene.request({ token, body: deletion() })
    expect(await scene.guard.decide(readWebRequest(exhausted.clone()))).toMatchObject({
      rejection: { code: 'capability_exhausted' },
    })
    expect(await scene.guard.decide(readWebRequest(exhausted))).toMatchObject({
      rejection: { code: 'replay_detected' },
    })
  })

  it('are two for a batch that takes two, and otherwise none', async () => {
    const scene = await createDeletingScene()
    const batch = `[${deletion()},${deletion()}]`
    const once = [grantCapability()]
    expect(await outcome(scene, once, batch)).toMatchObject({ code: 'capability_exhausted' })
    expect(await outcome(scene, once)).toBe('allowed')
    expect(await outcome(scene, [grantCapability({ uses: 2 })], batch)).toBe('allowed')
    expect(await outcome(scene, [grantCapability(), grantCapability()], batch)).toBe('allowed')
  })

  it('are those of what it was narrowed from, too', async () => {
    const scene = await createDeletingScene()
    const parent = { id: grantCapability().id, uses: 2, expires: start + 60 }
    const child = () => [grantCapability({ uses: 2, ancestors: [parent] })]
    const mine = child()
    expect(await outcome(scene, mine)).toBe('allowed')
    expect(await outcome(scene, child())).toBe('allowed')
    expect(await outcome(scene, mine)).toMatchObject({ code: 'capability_exhausted' })
  })

  it('are taken from another one where the first is used up', async () => {
    const scene = await createDeletingScene()
    const [used, fresh] = [grantCapability(), grantCapability()]
    expect(await outcome(scene, [used])).toBe('allowed')
    expect(await outcome(scene, [used, fresh])).toBe('allowed')
    expect(await outcome(scene, [used, fresh])).toMatchObject({ code: 'capability_exhausted' })
  })

  it('cost a bounded number of trips, however many capabilities are used up', async () => {
    const ledger = createDurableLedger()
    let trips = 0
    const counting = {
      ...ledger,
      spend: (...asked: Parameters<typeof ledger.spend>) => ledger.spend(...asked).finally(() => trips++),
    }
    const scene = await createDeletingScene({ ledger: counting })
    const granted = Array.from({ length: 20 }, () => grantCapability())
    for (const one of granted) expect(await outcome(scene, [one])).toBe('allowed')
    trips = 0
    expect(await outcome(scene, granted)).toMatchObject({ code: 'capability_exhausted' })
    expect(trips).toBe(5)
  })

  it('are spent in one trip with the proof', async () => {
    const ledger = createDurableLedger()
    const asked: (readonly string[])[] = []
    const scene = await createDeletingScene({
      ledger: {
        ...ledger,
        spend: (spends) => {
          asked.push(spends.map(({ kind }) => kind))
          return ledger.spend(spends)
        },
      },
    })
    expect(await outcome(scene, [grantCapability()])).toBe('allowed')
    expect(asked.at(-1)).toEqual(['proof', 'capability'])
  })

  it('are told, without the id', async () => {
    const scene = await createDeletingScene()
    const granted = grantCapability()
    scene.events.length = 0
    await decide(scene, [granted])
    expect(scene.events).toContainEqual({
      type: 'capability_used',
      tool: 'delete_note',
      clientId: 'agent-1',
      shortId: expect.stringMatching(/^[\w-]{8}$/),
    })
    expect(JSON.stringify(scene.events)).not.toContain(granted.id)
  })

  it('are not to be had where nobody can count them', async () => {
    const ledger = createDurableLedger()
    const scene = await createDeletingScene({
      ledger: { ...ledger, spend: () => Promise.reject(new Error('disk full')) },
    })
    expect(await outcome(scene, [grantCapability()])).toEqual({ code: 'ledger_unavailable' })
  })
})

describe('however many uses and calls there are', () => {
  const uses = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })

  it('as many calls pass as there are uses, also when they come at once', async () => {
    const scene = await createDeletingScene()
    await fc.assert(
      fc.asyncProperty(uses, fc.integer({ min: 1, max: 12 }), async (counts, calls) => {
        const granted = counts.map((count) => grantCapability({ uses: count }))
        const outcomes = await Promise.all(Array.from({ length: calls }, () => outcome(scene, granted)))
        const passed = outcomes.filter((one) => one === 'allowed').length
        expect(passed).toBe(
          Math.min(
            calls,
            counts.reduce((sum, count) => sum + count, 0),
          ),
        )
      }),
      { numRuns: 25 },
    )
  })
})

describe('a token that was passed on', () => {
  it('tells the tool who holds it and who did', async () => {
    const scene = await createDeletingScene()
    const act = { sub: 'agent-1', act: { sub: 'orchestrator' } }
    const token = await scene.token({ act })
    const decision = await decide(scene, undefined, { token, body: toolCall('read_notes') })
    expect(decision).toMatchObject({ allowed: true, caller: { act } })
  })
})

describe('a token whose authorization details', () => {
  it.each<[string, unknown]>([
    ['are no list', {}],
    ['hold no object', [null]],
    ['hold a capability of unknown constraints', [grantCapability({ arguments: { '/note_id': { like: '%' } } })]],
    ['hold a capability without an id', [grantCapability({ id: undefined })]],
    ['hold one good and one malformed capability', [grantCapability(), grantCapability({ uses: -1 })]],
  ])('%s is no token', async (_, details) => {
    const scene = await createDeletingScene()
    expect(await outcome(scene, details)).toEqual({ code: 'invalid_token', reason: 'authorization_details' })
  })

  it('are for somebody else is as good as any', async () => {
    const scene = await createDeletingScene()
    expect(await outcome(scene, [{ type: 'payment' }], toolCall('read_notes'))).toBe('allowed')
  })
})

describe('a guard that is to ask for capabilities', () => {
  const options = {
    resource,
    authorizationServers: ['https://auth.example'],
    tools: { delete_note: { capability: { object: '/note_id' } } },
  }

  it('is not made with a ledger in memory', () => {
    expect(() => createGuard(options)).toThrow(ConfigurationError)
    expect(() => createGuard(options)).toThrow(/durable ledger/)
    expect(createGuard({ ...options, ledger: createDurableLedger() })).toBeDefined()
  })

  it('is told of a slip', () => {
    const tools = { delete_note: { capability: { object: 'note_id' } } }
    expect(() => createGuard({ ...options, tools })).toThrow(/tools: 'delete_note': capability: .*note_id/)
    const prompts = { greet: { capability: { object: '/name' } } }
    expect(() => createGuard({ ...options, prompts })).toThrow(/prompts: 'greet': capability is asked of tools only/)
  })
})
