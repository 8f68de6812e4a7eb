/** Metrics on the real SDK of OpenTelemetry, with what they amount to. */
import type { Meter } from '@opentelemetry/api'
import {
  type DataPoint,
  type Histogram,
  MeterProvider,
  type MetricData,
  MetricReader,
} from '@opentelemetry/sdk-metrics'

/** Reads when it is asked to. */
class TestReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** What came of the events that were told. */
export interface TestMetrics<Events> {
  readonly events: Events
  /** By name, as OpenTelemetry has it. */
  collect(): Promise<ReadonlyMap<string, MetricData>>
  /** Attributes and value of every series of a counter. */
  counts(name: string): Promise<readonly object[]>
  /** Attributes and buckets of every series of a histogram. */
  histograms(name: string): Promise<readonly (Histogram & object)[]>
}

/** Listens with what `create` makes on a meter of its own. */
export function createTestMetrics<Events>(create: (meter: Meter) => Events): TestMetrics<Events> {
  const reader = new TestReader()
  const events = create(new MeterProvider({ readers: [reader] }).getMeter('test'))
  const collect = async () => {
    const { resourceMetrics } = await reader.collect()
    const all = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
    return new Map(all.map((metric) => [metric.descriptor.name, metric]))
  }
  const points = async (name: string) =>
    ((await collect()).get(name)?.dataPoints ?? []) as readonly DataPoint<number | Histogram>[]
  return {
    events,
    collect,
    counts: async (name) => (await points(name)).map(({ attributes, value }) => ({ ...attributes, value })),
    histograms: async (name) =>
      (await points(name)).map(({ attributes, value }) => ({ ...attributes, ...(value as Histogram) })),
  }
}
