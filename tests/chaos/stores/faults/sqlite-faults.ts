/** SQLite in one file that the processes of one machine share. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Act, Fault } from '../fault.ts'
import { type StoreScene, setStage } from '../stage.ts'
import { processKilled } from './process-faults.ts'

/** On a disk of its own. */
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
  mount(disk)
  const unmount = () => execFileSync('umount', ['-l', disk])
  process.once('exit', unmount)
  return {
    ledgerOf: () => `sqlite:${join(disk, 'ledger.sqlite')}`,
    fill() {
      for (let size = 1 << 20; size >= 1024; size /= 2) fillWith(ballast, size)
    },
    empty: () => rmSync(ballast),
    async stop() {
      process.off('exit', unmount)
      unmount()
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

/** Whether this process may make a small disk. */
export function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-disk-'))
  try {
    mount(folder)
    execFileSync('umount', ['-l', folder])
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function mount(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'countersign-chaos', folder], { stdio: 'ignore' })
}
