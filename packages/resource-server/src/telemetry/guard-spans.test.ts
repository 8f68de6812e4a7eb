import type { GuardEvent } from '@countersign/core'
import type { Attributes, Span, SpanOptions, SpanStatus, Tracer } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { withAttestation } from '../testing/attested-call.test-fixture.ts'
import { createAttester } from '../testing/attester.test-fixture.ts'
import { refusals } from '../testing/refusals.test-fixture.ts'
import { createScene } from '../testing/scene.test-fixture.ts'
import { createGuardSpans } from './guard-spans.ts'

interface Recorded {
  readonly name: string
  readonly start: unknown
  readonly attributes: Attributes
  end?: unknown
  status?: SpanStatus
}

/** A tracer that keeps what it is told. */
function createTracer() {
  const spans: Recorded[] = []
  const startSpan = (name: string, { startTime, attributes = {} }: SpanOptions = {}): Span => {
    const recorded: Recorded = { name, start: startTime, attributes }
    spans.push(recorded)
    const span: Partial<Span> = {
      setStatus: (status) => {
        recorded.status = status
        return span as Span
      },
      end: (end) => {
        recorded.end = end
      },
    }
    return span as Span
  }
  return { spans, tracer: { startSpan } as Tracer }
}

const now = 1_800_000_000_000
const attester = await createAttester()

function listen() {
  const { spans, tracer } = createTracer()
  return { spans, events: createGuardSpans(tracer, () => now) }
}

describe('the spans of a guard', () => {
  it.each<[GuardEvent, Omit<Recorded, 'start' | 'end'>]>([
    [
      { type: 'allowed', clientId: 'agent', seconds: 0.25, methods: ['tools/call'], tools: ['read_notes'] },
      {
        name: 'guard decision',
        attributes: { outcome: 'allowed', client_id: 'agent', methods: ['tools/call'], tools: ['read_notes'] },
      },
    ],
    [
      { type: 'refused', code: 'invalid_token', reason: 'audience', seconds: 0.25, methods: [], tools: [] },
      {
        name: 'guard decision',
        attributes: { outcome: 'refused', code: 'invalid_token', reason: 'audience', methods: [], tools: [] },
      },
    ],
    [
      { type: 'failed', seconds: 0.25, methods: [], tools: [] },
      { name: 'guard decision', attributes: { outcome: 'failed', methods: [], tools: [] }, status: { code: 2 } },
    ],
    [
      { type: 'key_fetched', issuer: 'https://attest.example', seconds: 0.25 },
      { name: 'attestation key fetch', attributes: { issuer: 'https://attest.example' } },
    ],
    [
      { type: 'attestation_issued', clientId: 'agent', keyId: 'key-1', seconds: 0.25 },
      { name: 'attestation issue', attributes: { client_id: 'agent', key_id: 'key-1' } },
    ],
  ])('have the time that %o took', (event, expected) => {
    const { spans, events } = listen()
    events(event)
    expect(spans).toEqual([{ ...expected, start: now - 250, end: now }])
  })

  it('are none for what took no time', () => {
    const { spans, events } = listen()
    events({ type: 'key_fetch_failed', issuer: 'https://auth.example', reason: 'timeout' })
    expect(spans).toEqual([])
  })

  it('tell of an attestation and of the decision on it', async () => {
    const { spans, events } = listen()
    const scene = await createScene({ attesters: [attester.line()], events })
    await scene.guard.check(
      await scene.request(withAttestation(await attester.attest(scene.agent, { jti: 'abcdefgh-rest' }))),
    )
    await scene.guard.check(
      await scene.request(withAttestation(await attester.attest(scene.agent, { sub: 'agent-2' }))),
    )
    const issuer = 'https://attest.example'
    expect(spans.filter(({ name }) => name === 'attestation verification').map(({ attributes }) => attributes)).toEqual(
      [
        {
          outcome: 'verified',
          level: 'provider',
          binding: 'key',
          attestation_id: 'abcdefgh',
          carriage: 'header',
          cache: 'miss',
          issuer,
        },
        {
          outcome: 'refused',
          code: 'attestation_invalid',
          reason: 'client_id',
          carriage: 'header',
          cache: 'miss',
          issuer,
        },
      ],
    )
    expect(spans.filter(({ attributes }) => attributes.outcome === 'allowed')).toHaveLength(1)
  })

  it('hold nothing that a caller wrote', async () => {
    const { spans, events } = listen()
    for (const { options, arrange } of refusals) {
      const scene = await createScene({ ...options, events })
      await scene.guard.check(await arrange(scene))
    }
    expect(spans.length).toBeGreaterThan(refusals.length)
    const known = ['agent-1', 'https://attest.example', 'tools/call', 'resources/read', 'prompts/get']
    for (const { attestation_id: id = '', ...attributes } of spans.map((span) => span.attributes)) {
      expect(String(id).length).toBeLessThanOrEqual(8)
      for (const value of Object.values(attributes)
        .flat()
        .filter((text) => !known.includes(String(text)))) {
        expect(value).toMatch(/^[a-z][a-z0-9_]*$/)
      }
    }
  })
})
