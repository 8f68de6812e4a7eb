/** Why a database file cannot be used; it is left exactly as it was found. */

/**
 * `damaged`: the file fails SQLite's own check. `locked`: another process holds it. `newer_schema`: a newer release
 * wrote it. `foreign`: it is not ours. `unreachable`: it cannot be created, read or written at all.
 */
export type DatabaseFault = 'damaged' | 'locked' | 'newer_schema' | 'foreign' | 'unreachable'

/** Thrown when a database file cannot be used. The message names the file, the cause and the cure. */
export class DatabaseUnusable extends Error {
  readonly fault: DatabaseFault
  readonly path: string

  constructor(fault: DatabaseFault, path: string, explanation: string, options?: ErrorOptions) {
    super(`The database ${path} cannot be used: ${explanation} The file was left untouched.`, options)
    this.name = 'DatabaseUnusable'
    this.fault = fault
    this.path = path
  }
}

/** SQLite's primary result codes (sqlite.org/rescode.html) that say more than "it did not work". */
const faults = new Map<number, DatabaseFault>([
  [5, 'locked'],
  [6, 'locked'],
  [11, 'damaged'],
  [26, 'damaged'],
])

const explanations: Readonly<Record<'damaged' | 'locked' | 'unreachable', string>> = {
  damaged: 'it is damaged. Restore it from a backup, or name another file.',
  locked: 'another process holds it. Stop that process (`fuser` or `lsof` names it), then start again.',
  unreachable: 'it cannot be opened for reading and writing. Check that its folder exists and its permissions.',
}

/** Tells what an error thrown by `node:sqlite` or `node:fs` means for the file; other errors pass through unchanged. */
export function explainFault(error: unknown, path: string): unknown {
  if (error instanceof DatabaseUnusable || !(error instanceof Error)) return error
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
  if (code === undefined && !('syscall' in error)) return error
  const fault = (code === undefined ? undefined : faults.get(code)) ?? 'unreachable'
  if (fault !== 'damaged' && fault !== 'locked' && fault !== 'unreachable') return error
  return new DatabaseUnusable(fault, path, explanations[fault], { cause: error })
}
