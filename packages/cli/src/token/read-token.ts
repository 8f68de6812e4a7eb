/** A token from the command line: as an argument, or from stdin, where no shell history keeps it. */
import { wrongUsage } from '../exit.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** Longer ones fit into no request header. */
const MAX_LENGTH = 16_384

/** Reads the token; `-` or nothing means stdin. Blanks and line ends around it are no part of it. */
export async function readToken(argument: string | undefined, terminal: Terminal): Promise<string> {
  const text = argument === undefined || argument === '-' ? await terminal.readInput(MAX_LENGTH) : argument
  const token = text?.trim()
  if (token === undefined || token === '') throw wrongUsage('Give a token as the argument, or pipe one in with "-".')
  return token
}
