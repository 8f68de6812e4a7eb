/** What happens to attestations and to the keys behind them, as OpenTelemetry metrics; see `docs/observability.md`. */
import type { AttestationEvent, AttestationEvents } from '@countersign/core'
import type { Meter } from '@opentelemetry/api'
import { capSkew, durationBoundaries, skewBoundaries } from './boundaries.ts'
import { createKeyMetrics } from './key-metrics.ts'

/**
 * Creates the instruments on `meter` and yields what to give to `createTrust`, to an attestation issuer or to a verifier
 * of attestations as `events`; `createGuardMetrics` has them all. Every attribute is a constant of ours or an issuer of
 * the configuration.
 */
export function createAttestationMetrics(meter: Meter): AttestationEvents {
  const recordVerification = createVerificationMetrics(meter)
  const recordIssue = createIssueMetrics(meter)
  const recordKeys = createKeyMetrics(meter)
  return (event) => {
    switch (event.type) {
      case 'attestation_verified':
      case 'attestation_refused':
      case 'attestation_missed':
        recordVerification(event)
        break
      case 'attestation_issued':
      case 'attestation_issue_refused':
        recordIssue(event)
        break
      case 'key_fetched':
      case 'key_fetch_failed':
      case 'key_breaker_opened':
      case 'key_breaker_closed':
      case 'key_bundle_refused':
      case 'attestation_key_revoked':
        recordKeys(event)
        break
    }
  }
}

type EventOf<Type extends AttestationEvent['type']> = Extract<AttestationEvent, { readonly type: Type }>
type Shown = EventOf<'attestation_verified' | 'attestation_refused'>

function createVerificationMetrics(meter: Meter) {
  const verifications = meter.createCounter('countersign.attestation.verifications', {
    description: 'Attestations that were shown and judged',
    unit: '{attestation}',
  })
  const duration = meter.createHistogram('countersign.attestation.verification.duration', {
    description: 'From the text of an attestation to the verdict, with the time in which keys were fetched',
    unit: 's',
    advice: { explicitBucketBoundaries: durationBoundaries },
  })
  const skew = meter.createHistogram('countersign.attestation.skew', {
    description:
      'How old attestations are when they are shown, by their iat, and how far ahead the clocks of issuers are',
    unit: 's',
    advice: { explicitBucketBoundaries: skewBoundaries },
  })
  const lookAlikes = meter.createCounter('countersign.attestation.look_alikes', {
    description: 'Attestations of strangers that were made to look like a trusted issuer',
    unit: '{attestation}',
  })
  const missed = meter.createCounter('countersign.attestation.missed', {
    description: 'Calls that were served without the attestation that a policy prefers',
    unit: '{call}',
  })

  function recordShown(event: Shown): void {
    const { carriage, cached, seconds } = event
    const outcome = event.type === 'attestation_verified' ? 'verified' : 'refused'
    verifications.add(1, { outcome, carriage, cache: cached ? 'hit' : 'miss', ...describe(event) })
    duration.record(seconds, { outcome, cache: cached ? 'hit' : 'miss' })
    if (event.type === 'attestation_verified') {
      skew.record(capSkew(event.skew), { clock: event.skew < 0 ? 'ahead' : 'behind' })
    } else if (event.resembles !== undefined) {
      lookAlikes.add(1, { issuer: event.resembles.issuer })
    }
  }

  return (event: Shown | EventOf<'attestation_missed'>): void => {
    if (event.type === 'attestation_missed') missed.add(1, { reason: event.reason })
    else recordShown(event)
  }
}

function describe(event: Shown) {
  if (event.type === 'attestation_verified') return { issuer: event.issuer, level: event.level, binding: event.binding }
  const { code, reason, issuer } = event
  return { code, ...(reason !== undefined && { reason }), ...(issuer !== undefined && { issuer }) }
}

function createIssueMetrics(meter: Meter) {
  const issues = meter.createCounter('countersign.attestation.issues', {
    description: 'Attestations that were asked for',
    unit: '{attestation}',
  })
  const duration = meter.createHistogram('countersign.attestation.issue.duration', {
    description: 'From the request of a deployment to the signed attestation',
    unit: 's',
    advice: { explicitBucketBoundaries: durationBoundaries },
  })
  return (event: EventOf<'attestation_issued' | 'attestation_issue_refused'>): void => {
    if (event.type === 'attestation_issued') {
      issues.add(1, { outcome: 'issued' })
      duration.record(event.seconds)
    } else {
      issues.add(1, { outcome: 'refused', code: event.code })
    }
  }
}
