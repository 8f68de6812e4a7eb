import { describe, expect, it } from 'vitest'
import { createMemoryFrictionState } from './memory-state.ts'
import { setUp } from './testing/clients.test-fixture.ts'

/** A full memory of that many clients, one of which is blocked. */
function setUpFull(maxClients: number, penaltyTime?: number) {
  const state = createMemoryFrictionState({ maxClients, ...(penaltyTime !== undefined && { penaltyTime }) })
  const setup = setUp({ state, tuning: { halfLife: 86_400 } })
  setup.lean('blocked')
  const crowd = (count: number, name = 'crowd') => {
    for (let client = 0; client < count; client += 1) setup.call('read_notes', { client: `${name} ${client}` })
  }
  return { ...setup, crowd }
}

describe('the memory of a process', () => {
  it('does not forgive a client that had to make room', () => {
    const { crowd, call, time } = setUpFull(10)
    crowd(20)
    time.now += 3599
    expect(call('delete_note')).toMatchObject({ outcome: 'approval', friction: expect.closeTo(0.94, 1) })
  })

  it('does so for an hour, or as long as it is told', () => {
    for (const [penaltyTime, pause] of [
      [undefined, 3600],
      [60, 60],
    ] as const) {
      const { crowd, call, time } = setUpFull(10, penaltyTime)
      crowd(20)
      time.now += pause
      expect(call('delete_note')).toMatchObject({ outcome: 'allowed', friction: 0 })
    }
  })

  it('restores a client each time it comes back', () => {
    const { crowd, call } = setUpFull(10)
    for (const name of ['first', 'second', 'third']) {
      crowd(20, name)
      expect(call('delete_note').outcome).toBe('blocked')
    }
  })

  it('keeps those who call, and lets those go who do not', () => {
    const { crowd, friction, call } = setUpFull(10)
    call('read_notes', { client: 'quiet' })
    for (let round = 0; round < 10; round += 1) {
      call('delete_note', { client: 'busy' })
      crowd(3, `round ${round}`)
    }
    expect(friction.read('busy', 'delete_note')).toMatchObject({ share: expect.closeTo(0.8, 1) })
  })

  it('gives a newcomer nothing of the client whose place it takes', () => {
    const { call, friction } = setUpFull(1)
    call('read_notes', { client: 'newcomer' })
    expect(friction.read('newcomer', 'delete_note')).toEqual({ share: 0, friction: 0 })
  })

  it('remembers no more clients aside than it has room for', () => {
    const { friction, time, call } = setUp({ state: createMemoryFrictionState({ maxClients: 2 }) })
    const clients = Array.from({ length: 6 }, (_, client) => `client ${client}`)
    for (const client of clients) {
      for (let calls = 0; calls < 40; calls += 1) call('delete_note', { client })
    }
    time.now += 1
    const remembered = clients.toReversed().map((client) => friction.read(client, 'delete_note'))
    const still = remembered.filter((reading) => 'friction' in reading && reading.friction > 0)
    expect(still.length).toBeGreaterThanOrEqual(2)
    expect(still.length).toBeLessThanOrEqual(4)
  })

  it('takes less than 1 KB for a client and tool, 100,000 of them', () => {
    let octets = 0
    const state = createMemoryFrictionState()
    setUp({
      state: {
        open: (format) => {
          octets = format.size
          return state.open(format)
        },
      },
    })
    expect(octets).toBeLessThan(256)
  })

  it.each([{ maxClients: 0 }, { maxClients: 1.5 }, { maxClients: Number.NaN }, { penaltyTime: -1 }])(
    'is not made with %j',
    (options) => {
      expect(() => createMemoryFrictionState(options)).toThrow(TypeError)
    },
  )
})
