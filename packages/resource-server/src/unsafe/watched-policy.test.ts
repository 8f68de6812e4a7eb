import { refuse } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import type { Call } from '../call.ts'
import type { Check } from '../checks/check.ts'
import type { GuardContext } from '../guard-context.ts'
import { policy } from '../policy.ts'
import { SINGLE_USE, watchPolicy } from './watched-policy.ts'
import { checkOfWeakness, removableChecks, weaknesses } from './weakened-policy.ts'

// The checks of these tests look at neither.
const call = { incoming: {} } as Call
const context = {} as GuardContext

async function listen(check: Check): Promise<readonly string[]> {
  const heard: string[] = []
  const { checks } = watchPolicy({ ...policy, checks: [{ name: 'one', check }] }, (name) => heard.push(name))
  for (const watched of checks) await watched.check({ ...call }, context)
  return heard
}

describe('a watched policy', () => {
  it('is silent about a check that lets a call pass untouched', async () => {
    expect(await listen(() => undefined)).toEqual([])
  })

  it('names a check that objects, and one that establishes something', async () => {
    expect(await listen(() => refuse('insufficient_scope'))).toEqual(['one'])
    expect(
      await listen(async (judged) => {
        judged.sessionId = 'some-session'
        return undefined
      }),
    ).toEqual(['one'])
  })

  it('names the spending of a proof', () => {
    const heard: string[] = []
    void watchPolicy({ ...policy, singleUse: () => undefined }, (name) => heard.push(name)).singleUse(call, context)
    expect(heard).toEqual([SINGLE_USE])
  })

  it('decides as the policy does', async () => {
    const objection = refuse('insufficient_scope')
    const checks = [{ name: 'one', check: () => objection }]
    const watched = watchPolicy({ ...policy, checks, pressure: [] }, () => {})
    expect(await watched.checks[0]?.check(call, context)).toBe(objection)
  })
})

describe('the list of weaknesses', () => {
  it('says of each check that can be left out, and of each weak way of doing one, which check that is', () => {
    const names = [...policy.checks, ...policy.pressure].map(({ name }) => name)
    const about = weaknesses.map(checkOfWeakness).filter((name) => name !== undefined)
    expect(about.filter((name) => !names.includes(name))).toEqual([])
    expect(about.length).toBeGreaterThan(removableChecks.length)
  })
})
