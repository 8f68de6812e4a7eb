/** The process: streams, signals, exit code. */
import { systemClock } from '@countersign/core'
import { runCommandLine } from './command-line.ts'
import { createTerminal } from './terminal/terminal.ts'

/** The first request to stop closes cleanly; the second one does not wait. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false
    const stop = (): void => {
      if (asked) process.exit(130)
      asked = true
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
    // The launcher is gone, however that came about.
    process.once('disconnect', stop)
    process.channel?.unref()
  })
}

// A reader that stops reading (`| head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const terminal = createTerminal(process.stdin, process.stdout, process.stderr)
process.exitCode = await runCommandLine(process.argv.slice(2), { terminal, clock: systemClock, interrupted })
if (process.connected) process.disconnect()
