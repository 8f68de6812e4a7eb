import { describe, expect, it } from 'vitest'
import { createTestMetrics } from '../testing/metrics.test-fixture.ts'
import { capture, send } from '../testing/processes.test-fixture.ts'
import { createScene } from '../testing/scene.test-fixture.ts'
import { createTestStore } from '../testing/shared-store.test-fixture.ts'
import { createGuardMetrics } from './guard-metrics.ts'

describe('the metrics of a shared store', () => {
  it('tell its health from the start, each change of it, and what goes on without it', async () => {
    const { events, counts } = createTestMetrics(createGuardMetrics)
    const ledger = createTestStore().connect()
    const scene = await createScene({ events, ledger, affinity: 'process' })
    expect(await counts('countersign.ledger.health')).toEqual([{ value: 0 }])
    ledger.setHealth('unhealthy', 'timeout')
    expect(await counts('countersign.ledger.health')).toEqual([{ value: 2 }])
    const process = { guard: scene.guard, ledger, events: [] }
    expect(await send(process, await capture(scene, await scene.nonce()))).toBe('allowed')
    ledger.setHealth('degraded')
    expect(await counts('countersign.ledger.health')).toEqual([{ value: 1 }])
    expect(await counts('countersign.ledger.health.changes')).toEqual([
      { health: 'healthy', reason: 'recovered', value: 1 },
      { health: 'unhealthy', reason: 'timeout', value: 1 },
      { health: 'degraded', reason: 'recovered', value: 1 },
    ])
    expect(await counts('countersign.guard.degraded.uses')).toEqual([{ value: 1 }])
  })

  it('count the times that it has lost its memory', async () => {
    const { events, counts } = createTestMetrics(createGuardMetrics)
    const store = createTestStore()
    await createScene({ events, ledger: store.connect() })
    expect(await counts('countersign.ledger.epochs')).toEqual([])
    store.loseMemory(0)
    expect(await counts('countersign.ledger.epochs')).toEqual([{ value: 1 }])
  })
})
