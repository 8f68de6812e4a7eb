import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frictionLevels, levelOf } from './decision.ts'
import { createFriction } from './friction.ts'
import type { FrictionState } from './state.ts'
import { setUp } from './testing/clients.test-fixture.ts'

describe('T8: a hijacked agent that leans on a tool', () => {
  it('gets all that it wants where the tool has no friction', () => {
    const { call } = setUp({ tools: { other_tool: {} } })
    const outcomes = new Set(Array.from({ length: 1000 }, () => call('delete_note').outcome))
    expect(outcomes).toEqual(new Set(['allowed']))
  })

  it('is sent to a person, and then blocked, within 40 calls', () => {
    const { lean } = setUp()
    expect(lean('approval')).toBeLessThan(32)
    expect(lean('blocked')).toBeLessThan(8)
  })

  it('is blocked within 70 calls though it was honest for long', () => {
    const { call, lean } = setUp()
    for (let calls = 0; calls < 500; calls += 1) call('read_notes')
    expect(lean('blocked', 70)).toBeLessThanOrEqual(70)
  })

  it('is blocked also when every single call is approved', () => {
    const { lean } = setUp()
    expect(lean('blocked', 40, { approved: true })).toBeLessThanOrEqual(40)
  })

  it('cannot answer for the person: only `true` is an approval', () => {
    const { call, lean } = setUp()
    lean('approval')
    expect(call('delete_note', { approved: 'yes' as unknown as boolean }).outcome).toBe('approval')
    expect(call('delete_note', { approved: true })).toMatchObject({ outcome: 'allowed', level: 'high' })
  })

  it('is judged call by call when all its calls come at once', async () => {
    const { friction } = setUp()
    const all = Array.from({ length: 200 }, () => friction.decide({ client: 'agent', tool: 'delete_note' }))
    const allowed = (await Promise.all(all)).filter(({ outcome }) => outcome === 'allowed')
    expect(allowed.length).toBeLessThan(32)
  })

  it('gains nothing by moving on to the next tool of a group', () => {
    const tools = { delete_note: { group: 'destructive' }, purge_notes: { group: 'destructive' } }
    const { lean, call } = setUp({ tools })
    lean('blocked')
    expect(call('purge_notes').outcome).toBe('approval')
    const next = Array.from({ length: 8 }, () => call('purge_notes').outcome)
    expect(next).toContain('blocked')
    expect(next).not.toContain('allowed')
    const apart = setUp({ tools: { delete_note: {}, purge_notes: {} } })
    apart.lean('blocked')
    expect(apart.call('purge_notes').outcome).toBe('allowed')
  })

  it('gains nothing by spreading its calls over a group, each tool within its own target', () => {
    const names = Array.from({ length: 25 }, (_, position) => `delete_${position}`)
    const spread = (group: { group?: string }) => {
      const { call, time } = setUp({ tools: Object.fromEntries(names.map((name) => [name, group])) })
      return Array.from({ length: 300 }, (_, position) => {
        time.now += 1
        return call(names[position % names.length] ?? '').outcome
      })
    }
    expect(spread({ group: 'destructive' })).toContain('blocked')
    expect(new Set(spread({}))).toEqual(new Set(['allowed']))
  })
})

describe('a client that keeps within its share', () => {
  it.each([
    ['well below its target', { target: 0.05 }, 50],
    ['within the dead zone above', { target: 0.045 }, 20],
  ])('never feels anything %s', (_name, delete_note, every) => {
    const { call, time } = setUp({ tools: { delete_note } })
    for (let calls = 1; calls <= 2000; calls += 1) {
      time.now += 1
      const decision = call(calls % every === 0 ? 'delete_note' : 'read_notes')
      expect(decision).toEqual({ outcome: 'allowed', level: 'none', friction: 0 })
    }
  })

  it('has its first 20 calls for nothing, whatever they are', () => {
    const { call } = setUp()
    for (let calls = 1; calls <= 20; calls += 1) expect(call('delete_note').friction).toBe(0)
  })

  it('gets rid of friction by keeping to it, twice as fast as it got it for being as far over', () => {
    const { call } = setUp({ tools: { delete_note: { target: 0.5 } }, budget: { capacity: 1e6 } })
    for (let calls = 0; calls < 20; calls += 1) call('delete_note')
    const felt = Array.from({ length: 12 }, () => call('delete_note').friction)
    const relieved = Array.from({ length: 8 }, () => {
      for (let reads = 0; reads < 150; reads += 1) call('read_notes')
      return call('delete_note').friction
    })
    expect(felt.at(-1)).toBeCloseTo(11 * 0.08 * 0.5, 1)
    expect(relieved[0]).toBeGreaterThan(0.4)
    expect(relieved[6]).toBe(0)
  })
})

describe('idle time', () => {
  it('halves friction in the stated half-life', () => {
    const { friction, lean, time } = setUp({ tuning: { halfLife: 100 } })
    lean('blocked')
    const read = () => friction.read('agent', 'delete_note') as { friction: number }
    const before = read().friction
    time.now += 100
    expect(read().friction).toBeCloseTo(before / 2, 5)
    time.now += 1000
    expect(read().friction).toBeLessThan(0.001)
  })

  it('unblocks exactly when the client was told, however often it asks meanwhile', () => {
    const { call, lean, time } = setUp()
    lean('blocked')
    const told = call('delete_note')
    const retryAfter = told.outcome === 'blocked' ? told.retryAfter : 0
    expect(retryAfter).toBeGreaterThan(0)
    for (let second = 1; second < retryAfter; second += 1) {
      time.now += 1
      expect(call('delete_note').outcome).toBe('blocked')
    }
    time.now += 1
    expect(call('delete_note').outcome).toBe('approval')
  })

  it('is none while the clock goes backwards', () => {
    const { friction, call, lean, time } = setUp()
    lean('blocked')
    const { friction: before } = friction.read('agent', 'delete_note') as { friction: number }
    time.now -= 86_400
    expect(call('delete_note').outcome).toBe('blocked')
    expect(friction.read('agent', 'delete_note')).toMatchObject({ friction: expect.closeTo(before, 2) })
  })
})

describe('the budget', () => {
  it('runs out for a client that is fast though nothing of it is over its target, and comes back', () => {
    const { call, time } = setUp({ tools: { delete_note: { target: 0.999 } }, budget: { capacity: 10, refill: 0.5 } })
    const outcomes = Array.from({ length: 21 }, () => call('delete_note'))
    expect(outcomes.slice(0, 20).every(({ outcome }) => outcome === 'allowed')).toBe(true)
    expect(outcomes[20]).toMatchObject({ outcome: 'blocked', reason: 'budget', retryAfter: 2 })
    time.now += 2
    expect(call('delete_note').outcome).toBe('allowed')
  })

  it('pays more the more friction there is', () => {
    const countAllowed = (warm: number) => {
      const { call } = setUp({ budget: { capacity: 100, refill: 0.001 }, tuning: { gain: 0.02 } })
      for (let calls = 0; calls < warm; calls += 1) call('delete_note')
      let allowed = 0
      while (call('delete_note', { approved: true }).outcome === 'allowed') allowed += 1
      return allowed
    }
    expect(countAllowed(0)).toBeGreaterThan(2 * countAllowed(25))
  })
})

describe('one client', () => {
  it('never affects another (property)', () => {
    const calls = fc.array(
      fc.record({
        client: fc.constantFrom('a', 'b', '__proto__'),
        tool: fc.constantFrom('delete_note', 'read_notes'),
        pause: fc.integer({ min: 0, max: 50 }),
      }),
      { maxLength: 120 },
    )
    fc.assert(
      fc.property(calls, (all) => {
        const together = setUp()
        const alone = { a: setUp(), b: setUp(), __proto__own: setUp() }
        for (const { client, tool, pause } of all) {
          const own = client === '__proto__' ? alone.__proto__own : alone[client as 'a' | 'b']
          together.time.now += pause
          own.time.now = together.time.now
          expect(together.call(tool, { client })).toEqual(own.call(tool, { client }))
        }
      }),
      { numRuns: 60 },
    )
  })

  it.each(['__proto__', 'constructor', 'toString', '', '\u0000', 'é', 'x'.repeat(1024)])(
    'may be called anything: %j',
    (client) => {
      const { lean, call } = setUp()
      expect(lean('blocked', 40, { client })).toBeLessThanOrEqual(40)
      expect(call('delete_note', { client: 'another' }).outcome).toBe('allowed')
    },
  )

  it('whose id has a megabyte is blocked, and not remembered', () => {
    const asked: string[] = []
    const state: FrictionState = {
      open: () => ({
        update: (client) => {
          asked.push(client)
          throw new Error('not to be asked')
        },
      }),
    }
    const { call } = setUp({ state, whenUnavailable: 'allow' })
    expect(call('delete_note', { client: 'x'.repeat(1_000_000) })).toMatchObject({
      outcome: 'blocked',
      reason: 'client_id',
    })
    expect(asked).toEqual([])
  })

  it.each(['__proto__', 'constructor', 'hasOwnProperty'])(
    'finds no friction at a tool called %s by accident',
    (tool) => {
      const { call } = setUp()
      const outcomes = new Set(Array.from({ length: 100 }, () => call(tool).outcome))
      expect(outcomes).toEqual(new Set(['allowed']))
    },
  )
})

describe('friction', () => {
  it.each([
    [0, 'none'],
    [0.001, 'low'],
    [0.3, 'low'],
    [0.301, 'medium'],
    [0.599, 'medium'],
    [0.6, 'high'],
    [0.949, 'high'],
    [0.95, 'blocked'],
    [1, 'blocked'],
  ])('of %d is %s', (friction, level) => {
    expect(levelOf(friction)).toBe(level)
  })

  it('is never above 1, however hard the gain', () => {
    const { friction, lean } = setUp({ tuning: { gain: 1 } })
    lean('blocked')
    expect(friction.read('agent', 'delete_note')).toMatchObject({ friction: expect.closeTo(1, 2) })
  })

  it('sends a client that does nothing but delete to a person at its 30th call, and blocks it at its 34th', () => {
    const { lean } = setUp()
    expect(lean('approval')).toBe(30)
    expect(lean('blocked')).toBe(34 - 30)
  })
})

describe('friction, whatever happens (property)', () => {
  const steps = fc.array(
    fc.record({
      tool: fc.constantFrom('delete_note', 'purge_notes', 'write_note', 'read_notes'),
      approved: fc.boolean(),
      pause: fc.double({ min: -100, max: 5000, noNaN: true }),
    }),
    { maxLength: 200 },
  )
  const tools = { delete_note: { group: 'd' }, purge_notes: { group: 'd', target: 0.3 }, write_note: {} }

  it('stays from 0 to 1, and what is said fits it', () => {
    fc.assert(
      fc.property(steps, (calls) => {
        const { call, time } = setUp({ tools })
        for (const { tool, approved, pause } of calls) {
          time.now += pause
          const decision = call(tool, { approved })
          expect(decision.friction).toBeGreaterThanOrEqual(0)
          expect(decision.friction).toBeLessThanOrEqual(1)
          if (decision.outcome === 'blocked') expect(decision.retryAfter).toBeGreaterThanOrEqual(1)
          if (decision.outcome === 'allowed') expect(decision.friction).toBeLessThan(frictionLevels.blocked)
          if (decision.outcome === 'approval') expect(approved).toBe(false)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('only rises while a client calls one tool alone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        (calls, target) => {
          const { call } = setUp({ tools: { delete_note: { target } }, budget: { capacity: 1e6 } })
          const felt = Array.from({ length: calls }, () => call('delete_note').friction)
          expect(felt).toEqual([...felt].sort((a, b) => a - b))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('is the same for the same calls at the same times', () => {
    fc.assert(
      fc.property(steps, (calls) => {
        const run = () => {
          const { call, time } = setUp({ tools })
          return calls.map(({ tool, approved, pause }) => {
            time.now += pause
            return call(tool, { approved })
          })
        }
        expect(run()).toEqual(run())
      }),
      { numRuns: 50 },
    )
  })
})

describe('a state that cannot be had', () => {
  const throwing: FrictionState = {
    open: () => ({
      update: () => {
        throw new Error('down')
      },
    }),
  }
  const rejecting: FrictionState = { open: () => ({ update: () => Promise.reject(new Error('down')) }) }

  it.each([
    ['throws', throwing],
    ['rejects', rejecting],
  ])('and %s lets nothing through unless the operator said so', async (_name, state) => {
    const decide = (whenUnavailable?: 'refuse' | 'allow') => {
      const friction = createFriction({
        tools: { delete_note: {} },
        state,
        ...(whenUnavailable !== undefined && { whenUnavailable }),
      })
      return friction.decide({ client: 'agent', tool: 'delete_note' })
    }
    expect(await decide()).toEqual({ outcome: 'blocked', reason: 'unavailable', friction: 0, retryAfter: 5 })
    expect(await decide('refuse')).toMatchObject({ outcome: 'blocked' })
    expect(await decide('allow')).toEqual({ outcome: 'allowed', level: 'none', friction: 0 })
  })
})

describe('options that make no sense', () => {
  it.each([
    ['no tools', { tools: {} }, 'tools'],
    ['a misspelt member', { tools: { a: {} }, whenUnavailble: 'allow' }, 'whenUnavailble'],
    ['a misspelt target', { tools: { a: { tagret: 0.1 } } }, 'tagret'],
    ['a target of nothing', { tools: { a: { target: 0 } } }, '`target`'],
    ['a target of everything', { tools: { a: { target: 1 } } }, '`target`'],
    ['a target that is no number', { tools: { a: { target: Number.NaN } } }, '`target`'],
    ['a target in words', { tools: { a: { target: 'half' } } }, '`target`'],
    ['a group without tools', { tools: { a: { group: 'x' } }, groups: { y: {} } }, '"y"'],
    ['half a window', { tools: { a: {} }, tuning: { window: 0.5 } }, '`tuning.window`'],
    ['a negative half-life', { tools: { a: {} }, tuning: { halfLife: -1 } }, '`tuning.halfLife`'],
    ['a budget that no call fits', { tools: { a: {} }, budget: { capacity: 5 } }, '`budget.capacity`'],
    ['an endless budget', { tools: { a: {} }, budget: { refill: Number.POSITIVE_INFINITY } }, '`budget.refill`'],
    ['another policy', { tools: { a: {} }, whenUnavailable: 'open' }, '`whenUnavailable`'],
    ['too many tools', { tools: Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`t${n}`, {}])) }, '200'],
  ])('are an error that names them: %s', (_name, options, named) => {
    const make = () => createFriction(options as unknown as Parameters<typeof createFriction>[0])
    expect(make).toThrow(TypeError)
    expect(make).toThrow(named)
  })
})
