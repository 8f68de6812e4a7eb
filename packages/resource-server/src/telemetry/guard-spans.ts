/** The events of a guard as OpenTelemetry spans; their names and attributes stand in `docs/observability.md`. */
import type { Events, GuardEvent } from '@countersign/core'
import type { Attributes, SpanStatusCode, Tracer } from '@opentelemetry/api'

/** `SpanStatusCode.ERROR`, whose module is only there where it is installed. */
const broken: SpanStatusCode = 2

/**
 * Yields what to give to the guard as `events`, and to whoever verifies or issues attestations: each event that took its
 * time becomes a span that ends now, in the span that is active then (that of the HTTP server, where one is traced).
 * `now` is in milliseconds since 1970.
 */
export function createGuardSpans(tracer: Tracer, now: () => number = Date.now): Events {
  return (event) => {
    if (!('seconds' in event)) return
    const end = now()
    const { name, attributes } = describeSpan(event)
    const span = tracer.startSpan(name, { startTime: end - event.seconds * 1000, attributes })
    if (event.type === 'failed') span.setStatus({ code: broken })
    span.end(end)
  }
}

type TimedEvent = Extract<GuardEvent, { readonly seconds: number }>
type DecisionEvent = Extract<TimedEvent, { readonly methods: readonly string[] }>
type ShownEvent = Extract<TimedEvent, { readonly carriage: string }>

interface Described {
  readonly name: string
  readonly attributes: Attributes
}

function describeSpan(event: TimedEvent): Described {
  switch (event.type) {
    case 'allowed':
    case 'refused':
    case 'failed':
      return { name: 'guard decision', attributes: describeDecision(event) }
    case 'attestation_verified':
    case 'attestation_refused':
      return { name: 'attestation verification', attributes: describeShown(event) }
    case 'attestation_issued':
      return { name: 'attestation issue', attributes: { client_id: event.clientId, key_id: event.keyId } }
    case 'key_fetched':
      return { name: 'attestation key fetch', attributes: { issuer: event.issuer } }
  }
}

function describeDecision(event: DecisionEvent): Attributes {
  const { type, clientId, methods, tools } = event
  return {
    outcome: type,
    ...(type === 'refused' && describeRefusal(event)),
    ...(clientId !== undefined && { client_id: clientId }),
    methods: [...methods],
    tools: [...tools],
  }
}

function describeShown(event: ShownEvent): Attributes {
  const { carriage, cached, issuer } = event
  const common = { carriage, cache: cached ? 'hit' : 'miss', ...(issuer !== undefined && { issuer }) }
  if (event.type === 'attestation_refused') return { outcome: 'refused', ...describeRefusal(event), ...common }
  const { level, binding, shortId } = event
  return { outcome: 'verified', level, binding, attestation_id: shortId, ...common }
}

function describeRefusal({ code, reason }: { readonly code: string; readonly reason?: string }): Attributes {
  return { code, ...(reason !== undefined && { reason }) }
}
