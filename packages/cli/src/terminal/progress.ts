/** Says what is being waited for, once it takes more than a second. */
import type { Terminal } from './terminal.ts'

const PATIENCE_MS = 1000

/** Resolves and rejects as `work` does. */
export async function withProgress<T>(terminal: Terminal, doing: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => terminal.note(terminal.styleNote('dim', `${doing} …`)), PATIENCE_MS)
  try {
    return await work
  } finally {
    clearTimeout(timer)
  }
}
