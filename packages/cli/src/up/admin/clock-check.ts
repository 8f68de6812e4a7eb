/** Is the clock sane? Every token and proof is judged by it. */
import { statSync } from 'node:fs'
import type { Clock } from '@countersign/core'
import type { DataFolder } from '../../data-folder.ts'

/** 2026-01-01, before this was written: no clock that is right shows less. */
const EARLIEST = 1_767_225_600
/** How far this process and the store of what was spent may differ, in seconds: proofs are kept for twice that longer. */
const GREATEST_DIFFERENCE = 5

/** False when the clock was never set, or is behind what the file system says of the newest write to the database. */
export function isClockSane(
  { authorizationDatabase }: Pick<DataFolder, 'authorizationDatabase'>,
  clock: Clock,
): boolean {
  const now = clock()
  return now >= EARLIEST && readLastWrite(authorizationDatabase) - now <= GREATEST_DIFFERENCE
}

/** NumericDate. SQLite writes to the log beside the file first, and to the file itself at times. */
function readLastWrite(path: string): number {
  const times = [path, `${path}-wal`].map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0)
  return Math.max(...times) / 1000
}
