/** The events of a guard as OpenTelemetry metrics; their names and attributes stand in `docs/observability.md`. */
import type { AttestationEvents, Events, GuardEvent } from '@countersign/core'
import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api'
import { createAttestationMetrics } from './attestation-metrics.ts'
import { capSkew, durationBoundaries, skewBoundaries } from './boundaries.ts'
import { createStoreMetrics } from './store-metrics.ts'

interface Instruments {
  readonly decisions: Counter
  readonly duration: Histogram
  readonly skew: Histogram
  readonly toolCalls: Counter
  readonly keyFetchFailures: Counter
  readonly introspectionFailures: Counter
  readonly feedFailures: Counter
  readonly capabilityUses: Counter
  readonly frictionLevels: Counter
  readonly stores: ReturnType<typeof createStoreMetrics>
  readonly attestations: AttestationEvents
}

/**
 * Creates the instruments on `meter` and yields what to give to the guard as `events`. Every attribute is a constant of
 * ours or a name that the operator declared, so that no caller can add series.
 */
export function createGuardMetrics(meter: Meter): Events {
  const instruments = createInstruments(meter)
  return (event) => record(event, instruments)
}

function createInstruments(meter: Meter): Instruments {
  return {
    decisions: meter.createCounter('countersign.guard.decisions', {
      description: 'Calls that the guard has judged',
      unit: '{decision}',
    }),
    duration: meter.createHistogram('countersign.guard.decision.duration', {
      description: 'From the headers of a call to the verdict, with the time in which its body came',
      unit: 's',
      advice: { explicitBucketBoundaries: durationBoundaries },
    }),
    skew: meter.createHistogram('countersign.guard.proof.skew', {
      description: 'How far the clocks of callers are off, by the iat of verified proofs',
      unit: 's',
      advice: { explicitBucketBoundaries: skewBoundaries },
    }),
    toolCalls: meter.createCounter('countersign.guard.tool.calls', {
      description: 'Calls of declared tools that the guard has judged',
      unit: '{call}',
    }),
    keyFetchFailures: meter.createCounter('countersign.guard.key_fetch.failures', {
      description: 'Times that the keys of an issuer could not be had',
      unit: '{fetch}',
    }),
    introspectionFailures: meter.createCounter('countersign.guard.introspection.failures', {
      description: 'Times that an issuer gave no usable answer about a token',
      unit: '{request}',
    }),
    feedFailures: meter.createCounter('countersign.guard.revocation_feed.failures', {
      description: 'Times that what an issuer has revoked could not be read',
      unit: '{fetch}',
    }),
    capabilityUses: meter.createCounter('countersign.guard.capability.uses', {
      description: 'Uses of capabilities that were spent',
      unit: '{use}',
    }),
    frictionLevels: meter.createCounter('countersign.guard.friction.calls', {
      description: 'Calls of clients that lean on a tool, by how hard they do',
      unit: '{call}',
    }),
    stores: createStoreMetrics(meter),
    attestations: createAttestationMetrics(meter),
  }
}

function record(event: GuardEvent, instruments: Instruments): void {
  switch (event.type) {
    case 'allowed':
    case 'refused':
    case 'failed':
      recordDecision(event, instruments)
      break
    case 'key_fetch_failed':
      instruments.keyFetchFailures.add(1, { issuer: event.issuer, reason: event.reason })
      break
    case 'introspection_failed':
      instruments.introspectionFailures.add(1, { issuer: event.issuer, reason: event.reason })
      break
    case 'revocation_feed_failed':
      instruments.feedFailures.add(1, { issuer: event.issuer, reason: event.reason })
      break
    case 'weakened_by_configuration':
      break
    case 'capability_used':
      instruments.capabilityUses.add(1, { tool: event.tool })
      break
    case 'friction_level':
      instruments.frictionLevels.add(1, { tool: event.tool, level: event.level })
      break
    case 'degraded_use':
    case 'store_health':
    case 'store_epoch':
      instruments.stores(event)
      break
    case 'attestation_verified':
    case 'attestation_refused':
    case 'attestation_missed':
    case 'attestation_issued':
    case 'attestation_issue_refused':
    case 'key_fetched':
    case 'key_breaker_opened':
    case 'key_breaker_closed':
    case 'key_bundle_refused':
    case 'attestation_key_revoked':
      instruments.attestations(event)
      break
  }
}

type DecisionEvent = Extract<GuardEvent, { readonly type: 'allowed' | 'refused' | 'failed' }>

function recordDecision(event: DecisionEvent, { decisions, duration, skew, toolCalls }: Instruments): void {
  decisions.add(1, describeOutcome(event))
  duration.record(event.seconds, { outcome: event.type })
  if (event.skew !== undefined) {
    skew.record(capSkew(event.skew), { clock: event.skew < 0 ? 'ahead' : 'behind' })
  }
  for (const tool of event.tools) toolCalls.add(1, { tool, outcome: event.type })
}

function describeOutcome(event: DecisionEvent): Attributes {
  if (event.type !== 'refused') return { outcome: event.type }
  const { code, reason } = event
  return { outcome: 'refused', code, ...(reason !== undefined && { reason }) }
}
