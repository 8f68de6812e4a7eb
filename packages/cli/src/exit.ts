/** How a command ends: 0 fine, 1 findings or failure, 2 wrong usage. */

/** What the shell is told. */
export type ExitCode = 0 | 1 | 2

/** Ends the command with a message that names cause and cure; nothing else of the error is shown. */
export class CommandFailed extends Error {
  readonly exitCode: 1 | 2

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message)
    this.name = 'CommandFailed'
    this.exitCode = exitCode
  }
}

/** The command was not called as it can be. */
export function wrongUsage(message: string): CommandFailed {
  return new CommandFailed(message, 2)
}
