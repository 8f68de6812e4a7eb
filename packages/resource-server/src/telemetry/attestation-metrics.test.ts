import type { AttestationEvent } from '@countersign/core'
import { describe, expect, it } from 'vitest'
import { withAttestation } from '../testing/attested-call.test-fixture.ts'
import { createAttester } from '../testing/attester.test-fixture.ts'
import { createTestMetrics } from '../testing/metrics.test-fixture.ts'
import { createScene } from '../testing/scene.test-fixture.ts'
import { createAttestationMetrics } from './attestation-metrics.ts'
import { createGuardMetrics } from './guard-metrics.ts'

const attester = await createAttester()
const stranger = await createAttester('https://attestt.example')
const { issuer } = attester
const createMetrics = () => createTestMetrics(createAttestationMetrics)

describe('the metrics of attestations', () => {
  it('count what was shown, by outcome, carriage and whether it was known', async () => {
    const { events, counts } = createTestMetrics(createGuardMetrics)
    const scene = await createScene({ attesters: [attester.line()], attestation: 'preferred', events })
    const good = withAttestation(await attester.attest(scene.agent))
    for (const parts of [good, good, withAttestation(await stranger.attest(scene.agent)), {}]) {
      await scene.guard.check(await scene.request(parts))
    }
    const verified = { outcome: 'verified', carriage: 'header', issuer, level: 'provider', binding: 'key' }
    const refused = { outcome: 'refused', carriage: 'header', code: 'attestation_issuer_untrusted' }
    expect(await counts('countersign.attestation.verifications')).toEqual([
      { ...verified, cache: 'miss', value: 1 },
      { ...verified, cache: 'hit', value: 1 },
      { ...refused, cache: 'miss', reason: 'look_alike', value: 1 },
    ])
    expect(await counts('countersign.attestation.look_alikes')).toEqual([{ issuer, value: 1 }])
    expect(await counts('countersign.attestation.missed')).toEqual([{ reason: 'none', value: 1 }])
  })

  it('measure how long verifying took, and how far clocks are off', async () => {
    const { events, histograms } = createMetrics()
    const shown = { issuer, carriage: 'header', cached: false, seconds: 0.002 } as const
    const verified = { type: 'attestation_verified', level: 'provider', binding: 'key', shortId: 'abcdefgh' } as const
    events({ ...verified, ...shown, skew: 12 })
    events({ ...verified, ...shown, skew: -5 })
    events({ ...shown, type: 'attestation_refused', code: 'attestation_expired', reason: 'expired' })
    expect(await histograms('countersign.attestation.verification.duration')).toMatchObject([
      { outcome: 'verified', cache: 'miss', count: 2, sum: 0.004 },
      { outcome: 'refused', cache: 'miss', count: 1 },
    ])
    expect(await histograms('countersign.attestation.skew')).toMatchObject([
      { clock: 'behind', sum: 12 },
      { clock: 'ahead', sum: 5 },
    ])
  })

  it('count what was issued and what was not', async () => {
    const { events, counts, histograms } = createMetrics()
    events({ type: 'attestation_issued', clientId: 'agent-1', keyId: 'key-1', seconds: 0.001 })
    events({ type: 'attestation_issue_refused', code: 'invalid_client' })
    expect(await counts('countersign.attestation.issues')).toEqual([
      { outcome: 'issued', value: 1 },
      { outcome: 'refused', code: 'invalid_client', value: 1 },
    ])
    expect(await histograms('countersign.attestation.issue.duration')).toMatchObject([{ count: 1, sum: 0.001 }])
  })

  it('count fetches of keys, and bundles that were not taken', async () => {
    const { events, counts, histograms } = createMetrics()
    events({ type: 'key_fetched', issuer, seconds: 0.2 })
    events({ type: 'key_fetch_failed', issuer, reason: 'timeout' })
    events({ type: 'key_bundle_refused', issuer, code: 'bundle_rollback', reason: 'sequence' })
    events({ type: 'attestation_key_revoked', issuer, keyThumbprint: 'A'.repeat(43), reason: 'key_compromise' })
    expect(await counts('countersign.attestation.key_fetches')).toEqual([
      { issuer, outcome: 'fetched', value: 1 },
      { issuer, outcome: 'failed', reason: 'timeout', value: 1 },
    ])
    expect(await histograms('countersign.attestation.key_fetch.duration')).toMatchObject([{ issuer, sum: 0.2 }])
    expect(await counts('countersign.attestation.bundle.refusals')).toEqual([
      { issuer, code: 'bundle_rollback', value: 1 },
    ])
    expect(await counts('countersign.attestation.key.revocations')).toEqual([{ issuer, value: 1 }])
  })

  it('say how often a breaker opened, and whether it is open, however often it opened before it closed', async () => {
    const { events, counts } = createMetrics()
    const tell = (...types: readonly ('key_breaker_opened' | 'key_breaker_closed')[]) => {
      for (const type of types) events({ type, issuer } satisfies AttestationEvent)
    }
    tell('key_breaker_closed', 'key_breaker_opened', 'key_breaker_opened')
    expect(await counts('countersign.attestation.key_breaker.opens')).toEqual([{ issuer, value: 2 }])
    expect(await counts('countersign.attestation.key_breaker.open')).toEqual([{ issuer, value: 1 }])
    tell('key_breaker_closed', 'key_breaker_closed')
    expect(await counts('countersign.attestation.key_breaker.open')).toEqual([{ issuer, value: 0 }])
  })
})
