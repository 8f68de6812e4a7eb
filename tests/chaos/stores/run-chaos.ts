/** `npm run chaos` as its user starts it: the program itself, in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Totals } from './report.ts'

const PROGRAM = join(import.meta.dirname, '../../../tools/chaos/run.ts')

/** What a run came to. */
export interface ChaosRun {
  readonly code: number | null
  /** The last line of its output. */
  readonly totals: Partial<Totals>
  /** The table. */
  readonly complaints: string
}

/** Runs it with `--json` and these flags. */
export async function runChaos(...flags: readonly string[]): Promise<ChaosRun> {
  const args = ['--conditions=@countersign/source', PROGRAM, '--json', ...flags]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, complaints, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  const line = output.trimEnd().split('\n').at(-1) ?? ''
  return { code, complaints, totals: JSON.parse(line || '{}') as Partial<Totals> }
}
