import type { PublicJwk } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  activateKey,
  completeKeyLifePolicy,
  findDueStep,
  findSigningKey,
  type KeyStep,
  listPublishedKeys,
  defaultKeyLifePolicy as policy,
  prepareKey,
  retireKey,
  revokeKey,
  type SigningKey,
} from './key-life.ts'

const NOW = 1_800_000_000
const DAY = 86_400
const keyOf = (keyId: string): { keyId: string; publicJwk: PublicJwk } => ({
  keyId,
  publicJwk: { kty: 'OKP', crv: 'Ed25519', x: keyId },
})

function must(step: KeyStep): readonly SigningKey[] {
  if (!step.ok) throw new Error(step.reason)
  return step.keys
}
const first = must(activateKey(must(prepareKey([], keyOf('a'), NOW)), 'a', NOW, policy))
const names = (keys: readonly SigningKey[]): string[] => keys.map(({ keyId }) => keyId)

describe('the life of a signing key', () => {
  it('goes from prepared to active to retired to revoked', () => {
    const prepared = must(prepareKey(first, keyOf('b'), NOW + 10))
    const activated = must(activateKey(prepared, 'b', NOW + 10 + 3600, policy))
    expect(activated.map(({ keyId, state }) => `${keyId} ${state}`)).toEqual(['a retired', 'b active'])
    const revoked = must(revokeKey(activated, 'a', NOW + 4000, 'key_compromise'))
    expect(revoked[0]).toMatchObject({ state: 'revoked', revokedAt: NOW + 4000, reason: 'key_compromise' })
  })

  it('allows no other step', () => {
    const revoked = must(revokeKey(first, 'a', NOW, 'key_compromise'))
    expect(activateKey(revoked, 'a', NOW, policy)).toEqual({ ok: false, reason: 'state' })
    expect(retireKey(revoked, 'a', NOW, policy)).toEqual({ ok: false, reason: 'state' })
    expect(revokeKey(revoked, 'a', NOW, 'unspecified')).toEqual({ ok: false, reason: 'state' })
    expect(activateKey(first, 'a', NOW, policy)).toEqual({ ok: false, reason: 'state' })
    expect(activateKey(first, 'z', NOW, policy)).toEqual({ ok: false, reason: 'unknown' })
    expect(prepareKey(revoked, keyOf('a'), NOW)).toEqual({ ok: false, reason: 'duplicate' })
    expect(prepareKey(revoked, { ...keyOf('a'), keyId: 'new name' }, NOW)).toEqual({ ok: false, reason: 'duplicate' })
  })

  it('lets a key sign only once verifiers had the time to learn it, unless there is nothing else to sign with', () => {
    const prepared = must(prepareKey(first, keyOf('b'), NOW))
    expect(activateKey(prepared, 'b', NOW + 3599, policy)).toEqual({ ok: false, reason: 'too_early' })
    expect(activateKey(prepared, 'b', NOW + 3600, policy).ok).toBe(true)
    expect(activateKey(must(revokeKey(prepared, 'a', NOW, 'key_compromise')), 'b', NOW, policy).ok).toBe(true)
  })

  it('lets it sign for 90 days and no longer', () => {
    expect(findSigningKey(first, NOW + 90 * DAY - 1)?.keyId).toBe('a')
    expect(findSigningKey(first, NOW + 90 * DAY)).toBeUndefined()
  })

  it('publishes it until nothing that it signed can be accepted any more, and a revoked one not at all', () => {
    const prepared = must(prepareKey(first, keyOf('b'), NOW))
    expect(names(listPublishedKeys(prepared, NOW, policy))).toEqual(['a', 'b'])
    const activated = must(activateKey(prepared, 'b', NOW + 3600, policy))
    expect(names(listPublishedKeys(activated, NOW + 7199, policy))).toEqual(['a', 'b'])
    expect(names(listPublishedKeys(activated, NOW + 7200, policy))).toEqual(['b'])
    const revoked = must(revokeKey(activated, 'a', NOW + 3600, 'key_compromise'))
    expect(names(listPublishedKeys(revoked, NOW + 3600, policy))).toEqual(['b'])
  })

  it('overlaps the longest life of an attestation', () => {
    expect(() => completeKeyLifePolicy({ overlap: 900 })).toThrow(RangeError)
    expect(() => completeKeyLifePolicy({ activeFor: 60 })).toThrow(RangeError)
    expect(() => completeKeyLifePolicy({ publishAhead: -1 })).toThrow(RangeError)
    expect(completeKeyLifePolicy({ overlap: 901 })).toMatchObject({ overlap: 901, activeFor: 90 * DAY })
  })

  it('never leaves an issuer without a key that takes the step that is due, whenever it looks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3500 }), { minLength: 200, maxLength: 400 }), (pauses) => {
        const short = { activeFor: 8 * 3600, publishAhead: 3600, overlap: 3600 }
        let keys: readonly SigningKey[] = []
        let now = NOW
        let made = 0
        let signs = false
        for (const pause of pauses) {
          for (let due = findDueStep(keys, now, short); due !== undefined; due = findDueStep(keys, now, short)) {
            const next = keys.findLast(({ state }) => state === 'prepared')?.keyId ?? ''
            keys = must(
              due === 'prepare' ? prepareKey(keys, keyOf(`k${made++}`), now) : activateKey(keys, next, now, short),
            )
          }
          expect(findSigningKey(keys, now)).toBeDefined()
          expect(keys.filter(({ state }) => state === 'active')).toHaveLength(1)
          signs = true
          now += pause
        }
        expect(signs).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})
