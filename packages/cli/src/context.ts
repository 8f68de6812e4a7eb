/** What every command is given. */
import type { Clock } from '@countersign/core'
import type { ExitCode } from './exit.ts'
import type { Terminal } from './terminal/terminal.ts'

/** What a process is told from outside; the end of the process that started it counts as `SIGTERM`. */
export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** Tells of each signal, from now on, in place of what the process would do by itself. */
export type OnSignal = (listener: (signal: Signal) => void) => void

/** The edge of the world, as far as commands see it. */
export interface Context {
  readonly terminal: Terminal
  readonly clock: Clock
  /** Resolves when the command is told to stop: Ctrl-C, a signal, or the end of the process that started it. */
  readonly interrupted: () => Promise<void>
  /** For commands that tell signals apart; they do not ask `interrupted`. */
  readonly onSignal: OnSignal
  /** Called once by the command that ran. */
  readonly finish: (code: ExitCode) => void
}
