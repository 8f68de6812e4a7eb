/** The admin side of `up`: it counts from the beginning, and answers before there is anything to be ready. */
import type { AuthorizationServer } from '@countersign/authorization-server'
import { type Clock, describeFault } from '@countersign/core'
import type { Guard } from '@countersign/resource-server'
import { hardenServer } from '@countersign/resource-server/node'
import { createAdminListener } from '../../admin/listener.ts'
import { createMetrics, type Metrics } from '../../admin/metrics.ts'
import { createReadiness, type Readiness } from '../../admin/readiness.ts'
import { tellChanges } from '../../admin/tell-changes.ts'
import type { DataFolder } from '../../data-folder.ts'
import type { Log } from '../../log/log.ts'
import type { OpenPort } from '../ports.ts'
import { isClockSane } from './clock-check.ts'
import { areDatabasesSound } from './database-check.ts'

/** What may be asked how it is. */
interface Watched {
  readonly server: AuthorizationServer
  readonly guard: Guard
}

/** Counts and answers. */
export interface Admin {
  readonly metrics: Metrics
  /** From now on readiness is that of the servers; until the returned function is called, which ends it for good. */
  watch(watched: Watched): () => void
}

/** Starts to answer on an open port. */
export function openAdmin(
  { http }: OpenPort,
  { folder, clock, log }: { readonly folder: DataFolder; readonly clock: Clock; readonly log: Log },
): Admin {
  const metrics = createMetrics()
  let readiness: (() => Promise<Readiness>) | undefined
  const onError = (error: unknown) => log.process({ type: 'fault', ...describeFault(error) })
  const parts = {
    renderMetrics: () => metrics.render(),
    readiness: async () => (await readiness?.()) ?? { ready: false, checks: {} },
  }
  hardenServer(http)
  http.on('request', createAdminListener(parts, onError))
  return {
    metrics,
    watch({ server, guard }) {
      const checks = {
        database: async () => areDatabasesSound(folder),
        ledger: async () => (await guard.probe('ledger')) && (await server.probe().then(() => true)),
        issuer_keys: () => guard.probe('keys'),
        revocations: () => guard.probe('revocations'),
        clock: async () => isClockSane(folder, clock),
      }
      readiness = tellChanges(createReadiness(checks, clock), log)
      return () => {
        readiness = undefined
      }
    },
  }
}
