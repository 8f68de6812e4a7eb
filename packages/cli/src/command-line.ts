/** `countersign …`: the commands, and how errors become messages and exit codes. */
import type { Clock } from '@countersign/core'
import { Command, CommanderError } from 'commander'
import { addAttestCommands } from './attest/command.ts'
import { addAuditCommand } from './audit/command.ts'
import { addCallCommand } from './call/command.ts'
import type { Context, OnSignal } from './context.ts'
import { CommandFailed, type ExitCode } from './exit.ts'
import { addFrictionCommands } from './friction/command.ts'
import { addKeysCommands } from './keys/command.ts'
import { addLabCommands } from './lab/command.ts'
import { addServeCommand } from './serve/command.ts'
import { printable } from './terminal/printable.ts'
import type { Terminal } from './terminal/terminal.ts'
import { addTokenCommands } from './token/command.ts'
import { addUpCommand } from './up/command.ts'

/** What stands between a command and the process. */
export interface Edge {
  readonly terminal: Terminal
  readonly clock: Clock
  readonly interrupted: () => Promise<void>
  readonly onSignal: OnSignal
}

/** Runs one command; yields its exit code and never rejects. */
export async function runCommandLine(args: readonly string[], edge: Edge): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const context: Context = {
    ...edge,
    finish: (code) => {
      exitCode = code
    },
  }
  try {
    await createProgram(context).parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has already said what was wrong; help and version are fine.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    reportError(error, edge.terminal)
    return error instanceof CommandFailed ? error.exitCode : 1
  }
}

function createProgram(context: Context): Command {
  const { terminal } = context
  const trim = (text: string): string => text.replace(/\n$/, '')
  const program = new Command('countersign')
    .description('Auth for MCP servers that assumes the agent will be tricked.')
    .version('0.1.0')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(trim(text)),
      writeErr: (text) => terminal.note(trim(text)),
    })
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText('after', '\nExit codes: 0 fine, 1 findings or failure, 2 wrong usage.')
  addUpCommand(program, context)
  addServeCommand(program, context)
  addKeysCommands(program, context)
  addCallCommand(program, context)
  addTokenCommands(program, context)
  addAttestCommands(program, context)
  addFrictionCommands(program, context)
  addLabCommands(program, context)
  addAuditCommand(program, context)
  return program
}

/** One message, no stack: that is for whoever mends the program, with COUNTERSIGN_DEBUG=1. */
function reportError(error: unknown, terminal: Terminal): void {
  const message = error instanceof Error ? error.message : String(error)
  terminal.note(`${terminal.styleNote('red', 'error:')} ${printable(message)}`)
  if (process.env.COUNTERSIGN_DEBUG === '1' && error instanceof Error) terminal.note(printable(error.stack ?? ''))
}
