import { describe, expect, it } from 'vitest'
import type { AttackVariant } from '../attack.ts'
import type { SceneOptions } from '../scene/scene-options.ts'
import { describeNeed, findOwnColumn } from './need.ts'

const variant = (weakened: SceneOptions): AttackVariant => ({
  title: 'some way',
  weakened,
  run: () => Promise.reject(new Error('nobody runs it')),
  stoppedBy: 'invalid_token',
  status: 401,
})

const ownColumn = (weakened: SceneOptions) => findOwnColumn(describeNeed(variant(weakened)))

describe('what a weakened server lacks', () => {
  it('is one column where it lacks one check', () => {
    expect(ownColumn({ weak: ['audience'] })).toBe('guard:audience')
    expect(ownColumn({ weakAttestation: ['no_audience'] })).toBe('attestation:no_audience')
    expect(ownColumn({ authorization: { weaknesses: ['pkce_optional'] } })).toBe('authorization:pkce_optional')
    expect(ownColumn({ weakSettings: ['careless_log'] })).toBe('setting:careless_log')
  })

  it('is no column where it lacks several', () => {
    const several = variant({ weak: ['known_host', 'endpoint_from_request'] })
    expect(findOwnColumn(describeNeed(several))).toBeUndefined()
    expect(describeNeed(several).columns).toEqual(['guard:known_host', 'guard:endpoint_from_request'])
  })

  it('is no column where something else is set', () => {
    const other = variant({ weak: ['audience'], accessTokenLifetime: 3600, guard: { bearer: 'allowed' } })
    expect(findOwnColumn(describeNeed(other))).toBeUndefined()
    expect(describeNeed(other).settings).toEqual(['accessTokenLifetime', 'guard.bearer'])
  })
})
