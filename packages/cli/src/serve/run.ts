/** `countersign serve`: the authorization server, in as many processes as are wanted. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeServer, listen } from '@countersign/resource-server/node'
import type { Context } from '../context.ts'
import { createLog } from '../log/log.ts'
import { withProgress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readConfig, type ServeConfig } from './config/read-config.ts'
import { type Host, startHost } from './primary/host.ts'
import { explainListening } from './worker/address.ts'

/** The flags. */
export interface ServeOptions {
  readonly config: string
  readonly workers?: number
  readonly check?: true
  readonly json?: true
}

/** Ends at once on a second request, which it is when it comes so much later: a terminal signals more than once. */
const ONE_REQUEST_MS = 1000

/** Runs until it is told to stop; rejects with what kept it from starting. */
export async function runServe(options: ServeOptions, context: Context): Promise<void> {
  const { terminal, finish } = context
  const config = await settlePort(readConfig(options.config))
  if (options.check === true) {
    const { checkStores } = await import('./check.ts')
    return checkStores(config, options, context)
  }
  const log = createLog(config.logging?.level ?? 'info', terminal, 'serve')
  const { config: file, workers } = options
  const stop = Promise.withResolvers<void>()
  let host: Host | undefined
  let asked: number | undefined
  context.onSignal((signal) => {
    if (signal === 'SIGHUP') return void host?.reload(() => keepPort(readConfig(file), config))
    // What is not serving yet has nothing to end gracefully.
    if (host === undefined || (asked !== undefined && performance.now() - asked > ONE_REQUEST_MS)) {
      host?.kill()
      process.exit(1)
    }
    asked ??= performance.now()
    stop.resolve()
  })
  const parts = { config, file, log, ...(workers !== undefined && { workers }) }
  host = await withProgress(terminal, 'Starting', startHost(parts))
  log.process({ type: 'serving', issuer: config.issuer, address: describeAddress(config), workers: host.workers })
  describe(config, host, options, terminal)
  await stop.promise
  if (terminal.isNoted) terminal.note('Stopping: calls under way end first …')
  await host.stop()
  finish(0)
}

/** Where the file says 0, all workers need the same free port, and keep it. */
async function settlePort(config: ServeConfig): Promise<ServeConfig> {
  const { host = '127.0.0.1', port } = config.listen
  if (port !== 0) return config
  const probe = createServer()
  try {
    await listen(probe, 0, host)
    const free = (probe.address() as AddressInfo).port
    return { ...config, listen: { ...config.listen, port: free } }
  } catch (error) {
    throw explainListening(error, { member: 'listen', host, port })
  } finally {
    await closeServer(probe, 0)
  }
}

function keepPort(next: ServeConfig, first: ServeConfig): ServeConfig {
  return next.listen.port === 0 ? { ...next, listen: { ...next.listen, port: first.listen.port } } : next
}

function describeAddress({ listen: { host = '127.0.0.1', port } }: ServeConfig): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function describe(config: ServeConfig, { admin, workers }: Host, { json }: ServeOptions, terminal: Terminal): void {
  const { issuer } = config
  const address = describeAddress(config)
  if (json === true) {
    terminal.print(
      JSON.stringify({ issuer, address, ...(admin !== undefined && { admin }), workers, pid: process.pid }),
    )
    return
  }
  terminal.print(`Authorization server    ${issuer}`)
  terminal.print(`Listening               ${address}, ${workers} worker${workers === 1 ? '' : 's'}`)
  if (admin !== undefined) terminal.print(`Metrics and health      ${admin}/metrics, /readyz, /healthz`)
  terminal.print(
    terminal.style('dim', `SIGHUP takes over the configuration, SIGTERM or Ctrl-C stops (pid ${process.pid}).`),
  )
}
