/** Tells a person what is being waited for, once it takes more than a second; among the lines of a log it is none. */
import type { Terminal } from './terminal.ts'

const PATIENCE_MS = 1000

/** Resolves and rejects as `work` does. */
export async function withProgress<T>(terminal: Terminal, doing: string, work: Promise<T>): Promise<T> {
  if (!terminal.isNoted) return work
  const timer = setTimeout(() => terminal.note(terminal.styleNote('dim', `${doing} …`)), PATIENCE_MS)
  try {
    return await work
  } finally {
    clearTimeout(timer)
  }
}
