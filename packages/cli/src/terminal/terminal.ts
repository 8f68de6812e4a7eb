/** The streams that a command talks through: results on stdout, everything else on stderr. */
import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import { styleText } from 'node:util'

/** How text may look; on a stream that is no terminal, or with NO_COLOR, it stays plain. */
type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

/** What commands are given instead of `process`. */
export interface Terminal {
  /** Writes a line of the result. */
  print(line: string): void
  /** Writes a line about the result: progress, warnings, errors. */
  note(line: string): void
  /** For `print`. */
  style(style: Style, text: string): string
  /** For `note`. */
  styleNote(style: Style, text: string): string
  /** Whether a person reads the notes, and no program. */
  readonly isNoted: boolean
  /** Whether a person can be asked. */
  readonly isInteractive: boolean
  /** Asks a person; anything but a clear yes is a no. */
  confirm(question: string): Promise<boolean>
  /** Reads stdin to its end; undefined when a person would have to type it, or when it is longer than `limit` bytes. */
  readInput(limit: number): Promise<string | undefined>
}

/** A stream that may be a terminal. */
type Maybe<Stream> = Stream & { readonly isTTY?: boolean }

/** The terminal on three streams. */
export function createTerminal(input: Maybe<Readable>, output: Maybe<Writable>, errors: Maybe<Writable>): Terminal {
  const colour = (stream: Writable) => (style: Style, text: string) => styleText(style, text, { stream })
  return {
    print: (line) => void output.write(`${line}\n`),
    note: (line) => void errors.write(`${line}\n`),
    style: colour(output),
    styleNote: colour(errors),
    isNoted: errors.isTTY === true,
    isInteractive: input.isTTY === true && errors.isTTY === true,
    confirm: (question) => confirm(question, input, errors),
    readInput: async (limit) => (input.isTTY === true ? undefined : readAll(input, limit)),
  }
}

async function confirm(question: string, input: Readable, output: Writable): Promise<boolean> {
  const lines = createInterface({ input, output })
  try {
    return /^\s*(y|yes)\s*$/i.test(await lines.question(`${question} [y/N] `))
  } catch {
    // Ctrl-D or Ctrl-C instead of an answer.
    return false
  } finally {
    lines.close()
  }
}

async function readAll(input: Readable, limit: number): Promise<string | undefined> {
  let text = ''
  for await (const chunk of input) {
    text += String(chunk)
    if (text.length > limit) return undefined
  }
  return text
}
