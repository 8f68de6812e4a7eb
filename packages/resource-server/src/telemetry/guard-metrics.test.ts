import type { GuardEvent } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { grantCapability } from '../testing/capability.test-fixture.ts'
import { deleteWith } from '../testing/capability-refusals.test-fixture.ts'
import { createTestMetrics } from '../testing/metrics.test-fixture.ts'
import { createFrictionOptions } from '../testing/pressure-refusals.test-fixture.ts'
import { refusals } from '../testing/refusals.test-fixture.ts'
import { createScene, toolCall } from '../testing/scene.test-fixture.ts'
import { createGuardMetrics } from './guard-metrics.ts'

const createMetrics = () => createTestMetrics(createGuardMetrics)

const allowed: GuardEvent = { type: 'allowed', clientId: 'agent', seconds: 0.0002, methods: ['ping'], tools: [] }

describe('the metrics of a guard', () => {
  it('count decisions by outcome, code and reason', async () => {
    const { events, counts } = createMetrics()
    const scene = await createScene({ events })
    const replayed = await scene.request()
    await scene.guard.check(replayed.clone())
    await scene.guard.check(replayed)
    await scene.guard.check(await scene.request({ token: await scene.token({ aud: 'https://other.example' }) }))
    await scene.guard.check(await scene.request({ body: toolCall('write_note') }))
    expect(await counts('countersign.guard.decisions')).toEqual(
      expect.arrayContaining([
        { outcome: 'allowed', value: 1 },
        { outcome: 'refused', code: 'replay_detected', value: 1 },
        { outcome: 'refused', code: 'invalid_token', reason: 'audience', value: 1 },
        { outcome: 'refused', code: 'insufficient_scope', value: 1 },
      ]),
    )
    expect(await counts('countersign.guard.tool.calls')).toEqual([
      { tool: 'read_notes', outcome: 'allowed', value: 1 },
      { tool: 'read_notes', outcome: 'refused', value: 1 },
      { tool: 'write_note', outcome: 'refused', value: 1 },
    ])
  })

  it('count uses of capabilities, and calls of clients that lean on a tool', async () => {
    const { events, counts } = createMetrics()
    const scene = await createScene({ ...createFrictionOptions(), events })
    for (const _ of [1, 2, 3]) await scene.guard.check(await deleteWith(scene, [grantCapability()]))
    const tool = 'delete_note'
    expect(await counts('countersign.guard.capability.uses')).toEqual([{ tool, value: 1 }])
    expect(await counts('countersign.guard.friction.calls')).toEqual([
      { tool, level: 'high', value: 1 },
      { tool, level: 'blocked', value: 1 },
    ])
  })

  it('measure decisions in seconds', async () => {
    const { events, histograms } = createMetrics()
    events({ ...allowed, seconds: 0.0003 })
    events({ type: 'failed', seconds: 2, methods: [], tools: [] })
    const [fast, slow] = await histograms('countersign.guard.decision.duration')
    expect(fast).toMatchObject({ outcome: 'allowed', count: 1, sum: 0.0003 })
    expect(slow).toMatchObject({ outcome: 'failed', count: 1, sum: 2 })
    expect(fast?.buckets.boundaries[0]).toBeLessThan(0.0001)
  })

  it.each([
    [3, { clock: 'behind', sum: 3 }],
    [-240, { clock: 'ahead', sum: 240 }],
    [-1e300, { clock: 'ahead', sum: 86_400 }],
    [Number.POSITIVE_INFINITY, { clock: 'behind', sum: 86_400 }],
  ])('measure a clock that is off by %d s', async (skew, expected) => {
    const { events, histograms } = createMetrics()
    events({ ...allowed, skew })
    expect(await histograms('countersign.guard.proof.skew')).toMatchObject([{ count: 1, ...expected }])
  })

  it('tell the skew of a caller whose clock is wrong, when its proof carries a nonce', async () => {
    const { events, histograms } = createMetrics()
    const scene = await createScene({ events })
    await scene.guard.check(await scene.request({ proof: { claims: { iat: scene.now - 600 } } }))
    expect(await histograms('countersign.guard.proof.skew')).toMatchObject([{ clock: 'behind', sum: 600 }])
  })

  it('count keys that could not be had', async () => {
    const { events, counts } = createMetrics()
    events({ type: 'key_fetch_failed', issuer: 'https://auth.example', reason: 'timeout' })
    expect(await counts('countersign.guard.key_fetch.failures')).toEqual([
      { issuer: 'https://auth.example', reason: 'timeout', value: 1 },
    ])
  })

  it('grow by no series that a caller could invent: every attribute is a word of ours', async () => {
    const { events, collect } = createMetrics()
    for (const { options, arrange } of refusals) {
      const scene = await createScene({ ...options, events })
      await scene.guard.check(await arrange(scene))
    }
    const metrics = [...(await collect()).values()]
    const attributes = metrics.flatMap(({ dataPoints }) => dataPoints.map((point) => point.attributes))
    expect(attributes.length).toBeGreaterThan(refusals.length)
    const values = new Set(attributes.flatMap(({ issuer: _, ...others }) => Object.values(others)))
    for (const value of values) expect(value).toMatch(/^[a-z][a-z0-9_]{1,40}$/)
  })
})
