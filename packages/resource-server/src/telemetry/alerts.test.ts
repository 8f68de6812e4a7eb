import { readFileSync } from 'node:fs'
import { type GuardEvent, rejections } from '@countersign/core'
import { DataPointType, type MetricData } from '@opentelemetry/sdk-metrics'
import { describe, expect, it } from 'vitest'
import { createTestMetrics } from '../testing/metrics.test-fixture.ts'
import { createGuardMetrics } from './guard-metrics.ts'

const text = readFileSync(new URL('../../../../docs/alerts.yml', import.meta.url), 'utf8')
const rules = [...text.matchAll(/^ {6}- alert: (\w+)\n {8}expr: (?:>-\n)?((?:.*\n)+?)(?= {8}\w)/gm)].map(
  ([, name = '', expression = '']) => ({ name, expression }),
)

const issuer = 'https://attest.example'
const shown = { issuer, carriage: 'header', cached: false, seconds: 0 } as const
const happened: readonly GuardEvent[] = [
  { ...shown, type: 'attestation_refused', code: 'attestation_replay' },
  { ...shown, type: 'attestation_verified', level: 'provider', binding: 'key', skew: 0, shortId: 'abcdefgh' },
  { type: 'key_breaker_opened', issuer },
  { type: 'store_health', health: 'unhealthy', reason: 'clock' },
  { type: 'store_epoch', id: 'epoch', notBefore: 0 },
  { type: 'degraded_use', clientId: 'agent', tools: [] },
]

/** The labels of every metric, by the name that the Prometheus exporter gives it. */
async function exportLabels(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { events, collect } = createTestMetrics(createGuardMetrics)
  for (const event of happened) events(event)
  const labelsOf = ({ dataPoints }: MetricData) =>
    new Set(dataPoints.flatMap(({ attributes }) => Object.keys(attributes)))
  return new Map([...(await collect()).values()].map((metric) => [exportedName(metric), labelsOf(metric)]))
}

function exportedName(metric: MetricData): string {
  const isCounter = metric.dataPointType === DataPointType.SUM && metric.isMonotonic
  return metric.descriptor.name.replaceAll('.', '_') + (isCounter ? '_total' : '')
}

describe('docs/alerts.yml', () => {
  it('has a rule for each threshold', () => {
    expect(rules.map(({ name }) => name)).toEqual([
      'CountersignAttestationReplay',
      'CountersignAttestationFailures',
      'CountersignAttestationKeysUnreachable',
      'CountersignAttestationIssuerUnknown',
      'CountersignLedgerUnhealthy',
      'CountersignLedgerMemoryLost',
      'CountersignLedgerClock',
      'CountersignDegraded',
    ])
  })

  it.each(rules)('$name asks for metrics, labels and values that there are', async ({ expression }) => {
    const exported = await exportLabels()
    const asked = [...expression.matchAll(/(countersign_\w+)(?:\{(\w+)="(\w+)"\})?/g)]
    expect(asked.length).toBeGreaterThan(0)
    for (const [, metric = '', label, value = ''] of asked) {
      expect([...exported.keys()]).toContain(metric)
      if (label === undefined) continue
      expect([...(exported.get(metric) ?? [])]).toContain(label)
      expect([...Object.keys(rejections), 'verified', 'refused', 'clock']).toContain(value)
    }
    for (const [, label = ''] of expression.matchAll(/by \((\w+)\)/g)) {
      expect([...exported.values()].some((labels) => labels.has(label))).toBe(true)
    }
  })
})
