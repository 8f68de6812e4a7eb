/** SQLite in one file that the processes of one machine share. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Act, Fault } from '../fault.ts'
import { type StoreScene, setStage } from '../stage.ts'
import { processKilled } from './process-faults.ts'

/** With a disk of its own, where this machine allows that. */
interface SqliteScene extends StoreScene {
  fill(): void
  empty(): void
}

/** A file system in memory: so that it fills up at once, and nothing else does. */
const DISK = '16m'

async function startStore(folder: string): Promise<SqliteScene> {
  const disk = join(folder, 'disk')
  const ballast = join(disk, 'ballast')
  mkdirSync(disk)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'countersign-chaos', disk])
  return {
    ledgerOf: () => `sqlite:${join(disk, 'ledger.sqlite')}`,
    fill() {
      for (let size = 1 << 20; size >= 1024; size /= 2) fillWith(ballast, size)
    },
    empty: () => rmSync(ballast),
    async stop() {
      execFileSync('umount', ['-l', disk])
    },
  }
}

/** Until not so much as that fits in any more. */
function fillWith(path: string, size: number): void {
  const piece = Buffer.alloc(size)
  try {
    for (;;) writeFileSync(path, piece, { flag: 'a' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}

/** Nothing more can be written. */
const diskFull: Fault<SqliteScene> = {
  name: 'disk full',
  begin: ({ store }) => store.fill(),
  end: ({ store }) => store.empty(),
}

/** All that happens on it. */
export const sqlite: Act<SqliteScene> = {
  name: 'SQLite',
  set: () => setStage({ startStore, affinity: false }),
  faults: [diskFull, processKilled],
}
