/** The process of a worker: it is told by the primary what to serve, and when to end; signals are the primary's business. */
import { describeFault, systemClock } from '@countersign/core'
import { CommandFailed } from '../../exit.ts'
import { createLog, type Log } from '../../log/log.ts'
import { createTerminal } from '../../terminal/terminal.ts'
import { isMessage, type Order, type Report } from './messages.ts'
import { type Serving, startServing } from './serving.ts'

/** A worker whose primary is gone ends its calls, and then itself. */
const ORPHAN_DEADLINE_MS = 30_000

const terminal = createTerminal(process.stdin, process.stdout, process.stderr)
let serving: Serving | undefined
let log: Log | undefined
let isEnding = false

// A terminal, or a service manager, signals all processes at once: who ends when is for the primary to say.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
process.stderr.on('error', () => undefined)
process.on('uncaughtException', (error) => {
  log?.process({ type: 'fault', ...describeFault(error) })
  process.exit(1)
})
process.once('disconnect', () => void end(ORPHAN_DEADLINE_MS))
process.on('message', (message) => {
  if (isMessage(message)) void obey(message as Order)
})
report({ type: 'here' })

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case 'start':
      return start(order)
    case 'ask':
      return answer(order)
    case 'notice':
      return serving?.announce()
    case 'drain':
      return end(order.deadlineMs)
  }
}

async function start({ config, file }: Extract<Order, { type: 'start' }>): Promise<void> {
  log = createLog(config.logging?.level ?? 'info', terminal, 'serve')
  try {
    serving = await startServing(config, { file, clock: systemClock, log })
    report({ type: 'serving' })
  } catch (error) {
    report(describeFailure(error))
    await exit(1)
  }
}

/** What is not known to be free of secrets is told by its name and place alone. */
function describeFailure(error: unknown): Report {
  if (error instanceof CommandFailed) return { type: 'failed', message: error.message, exitCode: error.exitCode }
  const { name, code, at } = describeFault(error)
  return { type: 'failed', message: ['unexpected', name, code, at].filter(Boolean).join(' '), exitCode: 1 }
}

async function answer({ number, what }: Extract<Order, { type: 'ask' }>): Promise<void> {
  if (serving === undefined) return
  const value = what === 'metrics' ? await serving.renderMetrics() : await serving.readiness()
  report({ type: 'answer', number, value })
}

/** Ends calls, then stores, then the process. */
async function end(deadlineMs: number): Promise<void> {
  if (isEnding) return
  isEnding = true
  await serving?.finish(deadlineMs)
  await exit(0)
}

async function exit(code: 0 | 1): Promise<void> {
  await serving?.close().catch(() => undefined)
  process.exit(code)
}

/** The channel may be closed already: then nobody needs to know. */
function report(message: Report): void {
  process.send?.(message, undefined, {}, () => undefined)
}
