/** Spin, run on a model: every state that it can come into, or the shortest way to one in which an assertion fails. */
import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What one search found. */
export interface Search {
  readonly states: number
  readonly depth: number
  readonly errors: number
  /** False where it gave up, for want of memory or depth: then it says nothing. */
  readonly complete: boolean
  /** What happened on the way to the error, a line each; empty where there was none. */
  readonly story: readonly string[]
}

/** How to search. */
export interface SearchOptions {
  /** What spin's preprocessor is to define. */
  readonly defines?: readonly string[]
  /** `every`: all states, depth first. `shortest`: breadth first, until an assertion fails. */
  readonly until: 'every' | 'shortest'
}

/** More than any search here needs, in MB; one that reaches it is not complete. */
const MEMORY = 1800
const DEEPEST = 100_000

/** Takes the path of a model in Promela. Rejects when spin or the C compiler does. */
export async function search(model: string, { defines = [], until }: SearchOptions): Promise<Search> {
  const cwd = await mkdtemp(join(tmpdir(), 'countersign-model-'))
  try {
    const flags = defines.map((name) => `-D${name}`)
    await copyFile(model, join(cwd, 'model.pml'))
    await run('spin', [...flags, '-a', 'model.pml'], { cwd })
    // What is found soon is found before a compiler has done its best.
    const how = until === 'shortest' ? ['-O0', '-DBFS'] : ['-O2']
    await run('gcc', [...how, '-w', '-DSAFETY', '-DNOREDUCE', `-DMEMLIM=${MEMORY}`, '-o', 'pan', 'pan.c'], { cwd })
    const { stdout } = await run('./pan', [`-m${DEEPEST}`, '-w23'], { cwd })
    const found = readReport(stdout)
    return { ...found, story: found.errors === 0 ? [] : await tell(cwd, flags) }
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

function readReport(report: string): Omit<Search, 'story'> {
  const read = (pattern: RegExp): number => Number(pattern.exec(report)?.[1] ?? Number.NaN)
  return {
    states: read(/^\s*(\d+) states, stored/m),
    depth: read(/depth reached (\d+)/),
    errors: read(/errors: (\d+)/),
    complete: !/Search not completed|max search depth too small|out of memory/.test(report),
  }
}

const count = new Intl.NumberFormat('en')

/** How much was searched, in a line. */
export function describeSearch({ states, depth }: Search): string {
  return `${count.format(states)} states, ${depth} steps deep at the most`
}

/** What the model printed on its way. */
async function tell(cwd: string, flags: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run('spin', [...flags, '-t', 'model.pml'], { cwd })
  return stdout.split('\n').flatMap((line) => (/^\s*at \d/.test(line) ? [line.trim()] : []))
}
