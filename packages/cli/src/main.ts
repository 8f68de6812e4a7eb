/** The process: streams, signals, exit code. */
import { describeFault, systemClock } from '@countersign/core'
import { runCommandLine } from './command-line.ts'
import type { Signal } from './context.ts'
import { createTerminal } from './terminal/terminal.ts'

/** A terminal sends Ctrl-C to the launcher too, which passes it on: within this time it is the same request. */
const ONE_REQUEST_MS = 1000

/** The first request to stop closes cleanly; a later one does not wait. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let asked: number | undefined
    const stop = (): void => {
      if (asked !== undefined && performance.now() - asked > ONE_REQUEST_MS) process.exit(130)
      asked ??= performance.now()
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
    // The launcher is gone, however that came about.
    process.once('disconnect', stop)
    process.channel?.unref()
  })
}

/** Every signal, as it comes. */
function onSignal(listener: (signal: Signal) => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => listener(signal))
  // The launcher is gone, however that came about.
  process.once('disconnect', () => listener('SIGTERM'))
  process.channel?.unref()
}

/** What nobody caught is told without its message, which may quote what was being handled; see `reportError`. */
function crash(error: unknown): void {
  const { name, code, at } = describeFault(error)
  const stack = process.env.COUNTERSIGN_DEBUG === '1' && error instanceof Error ? `\n${error.stack}` : ''
  const what = [name, code, at && `at ${at}`].filter(Boolean).join(' ')
  process.stderr.write(`error: unexpected ${what}${stack}\n`)
  process.exit(1)
}
process.on('uncaughtException', crash)
// Diagnostic reports, where somebody has Node write them, go to others: what is in the environment is not for those.
Object.assign(process.report, { excludeEnv: true })

// A log that nobody takes any more is no reason to stop serving.
process.stderr.on('error', () => undefined)
// A reader that stops reading (`| head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const terminal = createTerminal(process.stdin, process.stdout, process.stderr)
process.exitCode = await runCommandLine(process.argv.slice(2), { terminal, clock: systemClock, interrupted, onSignal })
// This end hangs up itself: not to be taken for a launcher that is gone.
process.removeAllListeners('disconnect')
if (process.connected) process.disconnect()
