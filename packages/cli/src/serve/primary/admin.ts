/** Where a host's metrics and health are read: in its primary, which lives as long as the host serves. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isIP } from 'node:net'
import { describeFault, isLoopbackHost } from '@countersign/core'
import { closeServer, hardenServer, listen } from '@countersign/resource-server/node'
import { createAdminListener } from '../../admin/listener.ts'
import type { Readiness } from '../../admin/readiness.ts'
import { tellChanges } from '../../admin/tell-changes.ts'
import type { Log } from '../../log/log.ts'
import type { ServeConfig } from '../config/read-config.ts'
import { explainListening } from '../worker/address.ts'

/** What it answers from. */
export interface AdminParts {
  readonly renderMetrics: () => Promise<string>
  /** Undefined before the first worker serves, and from when the host is to stop. */
  readonly readiness: () => Promise<Readiness> | undefined
  readonly log: Log
}

/** What listens. */
export interface HostAdmin {
  /** Such as `http://127.0.0.1:9400`. */
  readonly origin: string
  close(): Promise<void>
}

const NOT_READY: Readiness = { ready: false, checks: {} }

/** Listens at once; rejects with `CommandFailed`. Undefined when nothing is configured. */
export async function openHostAdmin(
  admin: ServeConfig['admin'],
  { renderMetrics, readiness, log }: AdminParts,
): Promise<HostAdmin | undefined> {
  if (admin === undefined) return undefined
  const { host = '127.0.0.1', port, names = [] } = admin
  const http = createServer()
  hardenServer(http)
  const tell = tellChanges(async () => (await readiness()) ?? NOT_READY, log)
  const onError = (error: unknown) => log.process({ type: 'fault', ...describeFault(error) })
  const parts = { renderMetrics, readiness: tell, isHostAllowed: (asked: string) => isOurs(asked, host, names) }
  http.on('request', createAdminListener(parts, onError))
  await open(http, host, port)
  // What a prober keeps open does not keep anybody from ending.
  return { origin: describeOrigin(http), close: () => closeServer(http, 0) }
}

/**
 * A name that is not ours may be one that a page in somebody's browser made point here (DNS rebinding). An address is
 * no name; from elsewhere it is asked only where the operator opened one that others reach.
 */
function isOurs(asked: string, host: string, names: readonly string[]): boolean {
  if (isLoopbackHost(asked) || names.includes(asked)) return true
  return !isLoopbackHost(host) && isIP(asked.replace(/^\[(.*)\]$/, '$1')) !== 0
}

async function open(http: Server, host: string, port: number): Promise<void> {
  try {
    await listen(http, port, host)
  } catch (error) {
    throw explainListening(error, { member: 'admin', host, port })
  }
}

function describeOrigin(http: Server): string {
  const { address, port, family } = http.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
