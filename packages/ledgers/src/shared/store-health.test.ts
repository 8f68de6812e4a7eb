/** The states of a shared store, one way after the other. */
import { LedgerUnavailable, type StoreEvent } from '@countersign/core'
import { expect, it } from 'vitest'
import { StoreHealthMachine } from './store-health.ts'

function makeUnhealthy(): StoreHealthMachine {
  const machine = new StoreHealthMachine()
  machine.heartbeatFailed('down')
  return machine
}

it('is healthy until a spend fails, and again after one that is answered', () => {
  const machine = new StoreHealthMachine()
  expect(machine.health).toBe('healthy')
  machine.spendFailed('timeout')
  expect(machine.health).toBe('degraded')
  machine.spendSucceeded()
  expect(machine.health).toBe('healthy')
})

it('is unhealthy after three spends in a row that failed, and not before', () => {
  const machine = new StoreHealthMachine()
  machine.spendFailed('timeout')
  machine.spendFailed('timeout')
  machine.spendSucceeded()
  machine.spendFailed('timeout')
  machine.spendFailed('timeout')
  expect(machine.health).toBe('degraded')
  machine.spendFailed('timeout')
  expect(machine.health).toBe('unhealthy')
})

it('is unhealthy at once when a heartbeat fails', () => {
  expect(makeUnhealthy().health).toBe('unhealthy')
})

it('is asked while degraded, and while unhealthy by nobody, who learn what was wrong last', () => {
  const machine = new StoreHealthMachine()
  machine.spendFailed('timeout')
  expect(() => machine.assertAsked()).not.toThrow()
  machine.heartbeatFailed('read_only')
  expect(() => machine.assertAsked()).toThrow(new LedgerUnavailable('read_only'))
})

it('comes back by a heartbeat alone, and by one answer more', () => {
  const machine = makeUnhealthy()
  machine.spendSucceeded()
  expect(machine.health).toBe('unhealthy')
  machine.heartbeatSucceeded()
  expect(machine.health).toBe('degraded')
  machine.spendSucceeded()
  expect(machine.health).toBe('healthy')
})

it('falls back at the first failure after a heartbeat alone has brought it back', () => {
  const machine = makeUnhealthy()
  machine.heartbeatSucceeded()
  machine.spendFailed('timeout')
  expect(machine.health).toBe('unhealthy')
})

it('tells of each change once, with its reason, until the watching ends', () => {
  const machine = new StoreHealthMachine()
  const told: StoreEvent[] = []
  const end = machine.watch((event) => told.push(event))
  machine.spendSucceeded()
  machine.spendFailed('timeout')
  machine.heartbeatFailed('down')
  machine.heartbeatFailed('down')
  machine.heartbeatSucceeded()
  machine.heartbeatSucceeded()
  end()
  machine.heartbeatFailed('down')
  expect(told).toEqual([
    { type: 'store_health', health: 'degraded', reason: 'timeout' },
    { type: 'store_health', health: 'unhealthy', reason: 'down' },
    { type: 'store_health', health: 'degraded', reason: 'recovered' },
    { type: 'store_health', health: 'healthy', reason: 'recovered' },
  ])
})
