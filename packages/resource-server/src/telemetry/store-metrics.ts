/** The store that several processes share, as OpenTelemetry metrics: its health, its epochs, what goes on without it. */
import type { GuardEvent, StoreHealth } from '@countersign/core'
import type { Meter } from '@opentelemetry/api'

/** What happens to a store, and because of it. */
type StoreMetricEvent = Extract<GuardEvent, { readonly type: 'store_health' | 'store_epoch' | 'degraded_use' }>

/** For a gauge: the more, the worse. */
const degrees: Readonly<Record<StoreHealth, number>> = { healthy: 0, degraded: 1, unhealthy: 2 }

/** Creates the instruments on `meter`. */
export function createStoreMetrics(meter: Meter): (event: StoreMetricEvent) => void {
  const health = meter.createGauge('countersign.ledger.health', {
    description: 'Whether the store of the ledger can be asked: 0 healthy, 1 degraded, 2 unhealthy',
    unit: '{degree}',
  })
  const changes = meter.createCounter('countersign.ledger.health.changes', {
    description: 'Times that the health of the store of the ledger has changed, and why',
    unit: '{change}',
  })
  const epochs = meter.createCounter('countersign.ledger.epochs', {
    description: 'Times that the store of the ledger was found to have lost its memory',
    unit: '{epoch}',
  })
  const degradedUses = meter.createCounter('countersign.guard.degraded.uses', {
    description: 'Calls that were let through on proofs of this process alone, as the store could not be asked',
    unit: '{call}',
  })
  return (event) => {
    switch (event.type) {
      case 'store_health':
        health.record(degrees[event.health])
        changes.add(1, { health: event.health, reason: event.reason })
        break
      case 'store_epoch':
        epochs.add(1)
        break
      case 'degraded_use':
        degradedUses.add(1)
        break
    }
  }
}
