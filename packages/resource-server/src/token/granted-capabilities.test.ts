import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { grantCapability } from '../testing/capability.test-fixture.ts'
import { type Members, resource, start } from '../testing/issuer.test-fixture.ts'
import { prepareCapabilities, readGranted } from './granted-capabilities.ts'

/** The spends of one use, as the guard knows them of a token that was issued now. */
async function listSpends(overrides: Members, issuedAt = start) {
  const granted = readGranted(JSON.parse(JSON.stringify([grantCapability(overrides)])))
  if (!granted.ok) throw new Error(granted.rejection.reason)
  const preparation = { issuer: 'https://auth.example', issuedAt, resource, verifier: createFastVerifier() }
  const [held] = await prepareCapabilities(granted.value, preparation)
  return held?.spends ?? []
}

const [hour, day] = [3600, 86_400] // seconds

// By the clock of the store, which may be 5 seconds behind the issuer's.
describe('when a capability was made, for a store that has lost its memory', () => {
  it.each<[string, Members, number]>([
    ['is when a person approved it', { approved_at: start - 7 }, start - 7 - 5],
    ['is an hour before its end at the earliest', { expires: start + 60 }, start + 60 - hour - 5],
    [
      'does not matter before its beginning, by any clock',
      { not_before: start - 9, expires: start + 60 },
      start - 9 - 5,
    ],
    ['does not matter then either for one that was approved', { approved_at: start - 9, not_before: start }, start - 5],
    ['is not after its token, whatever it says', { expires: start + day }, start - 5],
  ])('%s', async (_, overrides, issued) => {
    expect(await listSpends(overrides)).toMatchObject([{ kind: 'capability', limit: 1, issued }])
  })

  it('is the same for a refreshed token', async () => {
    const granted = { id: grantCapability().id, expires: start + 60 }
    expect(await listSpends(granted, start + 50)).toEqual(await listSpends(granted))
  })

  it('is long ago for what it was narrowed from, of which only the end is known', async () => {
    const ancestors = [{ id: grantCapability().id, uses: 3, expires: start + 90 }]
    const [, parent] = await listSpends({ ancestors })
    expect(parent).toMatchObject({ limit: 3, until: start + 150, issued: start + 90 - hour - day - 5 })
  })
})

it('capabilities for other servers are known by their ids alone', async () => {
  expect(await listSpends({ locations: ['https://other.example/mcp'] })).toEqual([])
})
