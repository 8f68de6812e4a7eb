/** What a guard tells, as metrics and spans of OpenTelemetry, and to several who listen. */
export { createAttestationMetrics } from './attestation-metrics.ts'
export { combineEvents } from './combine-events.ts'
export { createGuardMetrics } from './guard-metrics.ts'
export { createGuardSpans } from './guard-spans.ts'
