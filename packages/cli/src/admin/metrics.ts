/** The metrics of a process that serves, in the text form that Prometheus reads. */
import type { Log } from '@countersign/authorization-server'
import type { AttestationEvents, Events } from '@countersign/core'
import { createAttestationMetrics, createGuardMetrics } from '@countersign/resource-server/telemetry'
import { createMeter } from './meter.ts'

/** Counts while the deployment runs. */
export interface Metrics {
  readonly guard: Events
  readonly authorization: Log
  /** Of attestation issuers and their keys. */
  readonly attestation: AttestationEvents
  /** All of them, as Prometheus text. */
  render(): Promise<string>
}

/** Starts counting from nothing. */
export function createMetrics(): Metrics {
  const { meter, render } = createMeter()
  const entries = meter.createCounter('countersign.authorization_server.events', {
    description: 'What happened at the authorization server',
    unit: '{event}',
  })
  return {
    guard: createGuardMetrics(meter),
    attestation: createAttestationMetrics(meter),
    authorization: (entry) => entries.add(1, describeEvent(entry)),
    render,
  }
}

/** Constants alone: the client is in the log, where it adds no series. */
function describeEvent(entry: Parameters<Log>[0]): Record<string, string> {
  return { type: entry.type, ...('error' in entry && { error: entry.error }) }
}
