/** What every command is given. */
import type { Clock } from '@countersign/core'
import type { ExitCode } from './exit.ts'
import type { Terminal } from './terminal/terminal.ts'

/** The edge of the world, as far as commands see it. */
export interface Context {
  readonly terminal: Terminal
  readonly clock: Clock
  /** Resolves when the command is told to stop: Ctrl-C, a signal, or the end of the process that started it. */
  readonly interrupted: () => Promise<void>
  /** Called once by the command that ran. */
  readonly finish: (code: ExitCode) => void
}
