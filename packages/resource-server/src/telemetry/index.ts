/** What a guard tells, as metrics of OpenTelemetry, and to several who listen. */
export { combineEvents } from './combine-events.ts'
export { createGuardMetrics } from './guard-metrics.ts'
