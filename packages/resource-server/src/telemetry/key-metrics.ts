/** The keys that attestations are signed with, as OpenTelemetry metrics: fetched, kept from being fetched, revoked. */
import type { AttestationEvent } from '@countersign/core'
import type { Meter } from '@opentelemetry/api'
import { durationBoundaries } from './boundaries.ts'

/** What happens to keys. */
type KeyEvent = Extract<
  AttestationEvent,
  { readonly type: `key_${string}` } | { readonly type: 'attestation_key_revoked' }
>

/** Creates the instruments on `meter`. */
export function createKeyMetrics(meter: Meter): (event: KeyEvent) => void {
  const instruments = createInstruments(meter)
  const recordBreaker = createBreakerMetrics(meter)
  return (event) => {
    const { issuer } = event
    switch (event.type) {
      case 'key_fetched':
        instruments.fetches.add(1, { issuer, outcome: 'fetched' })
        instruments.fetchDuration.record(event.seconds, { issuer })
        break
      case 'key_fetch_failed':
        instruments.fetches.add(1, { issuer, outcome: 'failed', reason: event.reason })
        break
      case 'key_breaker_opened':
      case 'key_breaker_closed':
        recordBreaker(issuer, event.type === 'key_breaker_opened')
        break
      case 'key_bundle_refused':
        instruments.bundleRefusals.add(1, { issuer, code: event.code })
        break
      case 'attestation_key_revoked':
        instruments.revocations.add(1, { issuer })
        break
    }
  }
}

function createInstruments(meter: Meter) {
  return {
    fetches: meter.createCounter('countersign.attestation.key_fetches', {
      description: 'Times that the keys of an issuer of attestations were fetched, or could not be had',
      unit: '{fetch}',
    }),
    fetchDuration: meter.createHistogram('countersign.attestation.key_fetch.duration', {
      description: 'How long it took to fetch the keys of an issuer',
      unit: 's',
      advice: { explicitBucketBoundaries: durationBoundaries },
    }),
    bundleRefusals: meter.createCounter('countersign.attestation.bundle.refusals', {
      description: 'Signed key bundles that were not taken',
      unit: '{bundle}',
    }),
    revocations: meter.createCounter('countersign.attestation.key.revocations', {
      description: 'Keys that are trusted no more',
      unit: '{key}',
    }),
  }
}

/** A breaker that opens again after a trial has not closed in between: it is counted, and still open once. */
function createBreakerMetrics(meter: Meter) {
  const opens = meter.createCounter('countersign.attestation.key_breaker.opens', {
    description: 'Times that an issuer was given time to recover before its keys are asked for again',
    unit: '{time}',
  })
  const state = meter.createUpDownCounter('countersign.attestation.key_breaker.open', {
    description: 'Whether the keys of an issuer are asked for no more: 1, otherwise 0',
    unit: '{breaker}',
  })
  const open = new Set<string>()
  return (issuer: string, isOpen: boolean): void => {
    if (isOpen) opens.add(1, { issuer })
    if (open.has(issuer) === isOpen) return
    state.add(isOpen ? 1 : -1, { issuer })
    if (isOpen) open.add(issuer)
    else open.delete(issuer)
  }
}
