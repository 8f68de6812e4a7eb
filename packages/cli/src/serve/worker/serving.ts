/** What a worker does: it answers requests, and the primary's questions. */
import { createServer, type Server } from 'node:http'
import type { LogEntry } from '@countersign/authorization-server'
import { type Clock, describeFault, type StoreEvent } from '@countersign/core'
import { hardenServer, listen } from '@countersign/resource-server/node'
import { createMetrics } from '../../admin/metrics.ts'
import { createReadiness, type Readiness } from '../../admin/readiness.ts'
import type { Log } from '../../log/log.ts'
import type { ServeConfig } from '../config/read-config.ts'
import { type OpenServer, openServer } from '../server/open-server.ts'
import { explainListening } from './address.ts'
import { behindProxy } from './behind-proxy.ts'
import { createDrain, type Drain } from './drain.ts'

/** What a worker is given. */
export interface ServingParts {
  /** What the configuration is called in messages. */
  readonly file: string
  readonly clock: Clock
  readonly log: Log
}

/** A server that takes requests. */
export interface Serving extends Drain {
  readonly renderMetrics: () => Promise<string>
  readonly readiness: () => Promise<Readiness>
  /** Closes the stores. */
  close(): Promise<void>
}

/** Opens the stores, asks them once whether they keep what they are given, and listens. Rejects with `CommandFailed`. */
export async function startServing(config: ServeConfig, { file, clock, log }: ServingParts): Promise<Serving> {
  const metrics = createMetrics()
  // Whom the file does not name any more is out, also when it was the last.
  const opened = await openServer({ ...config, users: config.users ?? [] }, file, {
    clock,
    log(entry) {
      log.authorization(entry)
      metrics.authorization(entry)
      // Where nothing else is named the database is the ledger.
      if (config.ledger === undefined && isOfStore(entry)) metrics.guard(entry)
    },
    trustEvents(event) {
      log.trust(event)
      metrics.attestation(event)
    },
    // They are in the log already: the authorization server tells of all its stores.
    ledgerEvents: metrics.guard,
  })
  // It tells of changes alone, and metrics begin with nothing.
  if (config.ledger === undefined) metrics.guard({ type: 'store_health', health: 'healthy', reason: 'recovered' })
  const readiness = createReadiness({ stores: () => opened.server.probe().then(() => true) }, clock)
  try {
    const http = createServer({ connectionsCheckingInterval: 1_000 })
    const drain = createDrain(http)
    http.on('request', chooseListener(config, opened))
    http.on('error', (error) => log.process({ type: 'fault', ...describeFault(error) }))
    await open(http, config)
    return { ...drain, renderMetrics: () => metrics.render(), readiness, close: opened.close }
  } catch (error) {
    await opened.close()
    throw error
  }
}

function isOfStore(entry: LogEntry): entry is LogEntry & StoreEvent {
  return entry.type === 'store_health' || entry.type === 'store_epoch'
}

/** Without https in the issuer nobody stands before us: it is on loopback then. */
function chooseListener(
  { issuer, trustedProxies = [] }: ServeConfig,
  { server }: OpenServer,
): OpenServer['server']['listener'] {
  return new URL(issuer).protocol === 'http:' ? server.listener : behindProxy(trustedProxies, server.listener)
}

async function open(
  http: Server,
  { listen: { host = '127.0.0.1', port, keepAliveSeconds } }: ServeConfig,
): Promise<void> {
  hardenServer(http)
  if (keepAliveSeconds !== undefined) http.keepAliveTimeout = keepAliveSeconds * 1000
  try {
    await listen(http, port, host)
  } catch (error) {
    throw explainListening(error, { member: 'listen', host, port })
  }
}
