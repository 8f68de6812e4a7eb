import { createPortableVerifier, type Spend, spendKey } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { capabilitySpends } from './capability-spends.ts'
import { makeCapability, makeId, NOW } from './testing/capability.test-fixture.ts'

const ISSUER = 'https://auth.example'
const verifier = createFastVerifier()
const spendsOf = (members: Readonly<Record<string, unknown>>, issuer = ISSUER) =>
  capabilitySpends(verifier, issuer, makeCapability(members))
const keyOf = ([spend]: readonly Spend[]) => spend?.key

describe('one use of a capability', () => {
  it('spends one of as many as it has, and is remembered for longer than it lives', async () => {
    const key = await spendKey(verifier, ['capability', ISSUER, makeId(1)])
    expect(await spendsOf({ uses: 10 })).toEqual([{ kind: 'capability', key, limit: 10, until: NOW + 120 }])
  })

  it('spends one of each of its ancestors, by their own count and time', async () => {
    const ancestors = [
      { id: makeId(3), uses: 7, expires: NOW + 90 },
      { id: makeId(2), uses: 5, expires: NOW + 80 },
    ]
    const spends = await spendsOf({ uses: 2, ancestors })
    expect(spends.map(({ limit, until }) => [limit, until])).toEqual([
      [2, NOW + 120],
      [7, NOW + 150],
      [5, NOW + 140],
    ])
    expect(spends[1]?.key).toBe(keyOf(await spendsOf({ id: makeId(3) })))
    expect(spends[2]?.key).toBe(keyOf(await spendsOf({ id: makeId(2) })))
  })

  it('is counted by issuer and id, whatever else the copy says', async () => {
    const key = keyOf(await spendsOf({}))
    expect(keyOf(await spendsOf({ expires: NOW + 1, uses: 9, tool: 'x', arguments: {} }))).toBe(key)
    expect(keyOf(await spendsOf({ id: makeId(2) }))).not.toBe(key)
    expect(keyOf(await spendsOf({}, 'https://other.example'))).not.toBe(key)
  })

  it('is counted alike by either verifier', async () => {
    const portable = await capabilitySpends(createPortableVerifier(), ISSUER, makeCapability())
    expect(portable).toEqual(await spendsOf({}))
  })
})
