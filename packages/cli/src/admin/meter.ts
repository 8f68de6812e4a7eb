/** A meter whose measurements are read as the text that Prometheus reads. */
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

/** What is measured, and how it is read. */
export interface ReadableMeter {
  readonly meter: ReturnType<MeterProvider['getMeter']>
  /** All of it, as Prometheus text. */
  render(): Promise<string>
}

/** Starts counting from nothing. */
export function createMeter(): ReadableMeter {
  // The exporter's own server would listen where it likes, and answer an error with its message.
  const reader = new PrometheusExporter({ preventServerStart: true })
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true)
  return {
    meter: new MeterProvider({ readers: [reader] }).getMeter('countersign'),
    async render() {
      const { resourceMetrics } = await reader.collect()
      return serializer.serialize(resourceMetrics)
    },
  }
}
