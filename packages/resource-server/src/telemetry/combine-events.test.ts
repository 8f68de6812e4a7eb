import type { GuardEvent } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { combineEvents } from './combine-events.ts'

const event: GuardEvent = { type: 'key_fetch_failed', issuer: 'https://auth.example', reason: 'timeout' }

describe('several listeners', () => {
  it('are told the same, in their order', () => {
    const told: string[] = []
    combineEvents(
      ({ type }) => told.push(`first ${type}`),
      undefined,
      ({ type }) => told.push(`second ${type}`),
    )?.(event)
    expect(told).toEqual(['first key_fetch_failed', 'second key_fetch_failed'])
  })

  it('that are none at all leave the guard without one', () => {
    expect(combineEvents()).toBeUndefined()
    expect(combineEvents(undefined)).toBeUndefined()
  })
})
