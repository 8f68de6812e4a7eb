/** Runs one suite and yields its counts, its output and how long it took. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Suite } from './suites.ts'
import { addTallies, emptyTally, type Tally, tallyVitestReport } from './tally.ts'

/** No suite takes longer than this, no long one than the other; one that does hangs, and is stopped. */
const SUITE_LIMIT_MS = 6 * 60_000
const LONG_SUITE_LIMIT_MS = 20 * 60_000

/** What came of a suite. */
export interface SuiteResult {
  readonly tally: Tally
  readonly output: string
  readonly seconds: number
}

/** Runs it in `root`, on the Node and the tools that npm put first on the PATH. */
export async function runSuite(suite: Suite, root: string): Promise<SuiteResult> {
  const start = performance.now()
  let tally = emptyTally
  let output = ''
  for (const check of suite.checks ?? []) {
    const { status, text } = await runCommand(check.command, root, SUITE_LIMIT_MS)
    tally = addTallies(tally, status === 0 ? { ...emptyTally, passed: 1 } : { ...emptyTally, failed: 1 })
    if (status !== 0) output += `--- ${check.title}\n${text}\n`
  }
  if (suite.folders !== undefined) {
    const tests = await runVitest(suite, root)
    tally = addTallies(tally, tests.tally)
    output += tests.text
  }
  return { tally, output, seconds: (performance.now() - start) / 1000 }
}

async function runVitest(
  { folders = [], except = [], alone, long }: Suite,
  root: string,
): Promise<{ tally: Tally; text: string }> {
  const scratch = mkdtempSync(join(tmpdir(), 'countersign-test-'))
  const file = join(scratch, 'report.json')
  try {
    const { status, text } = await runCommand(
      [
        'vitest',
        'run',
        ...folders.map((folder) => `${folder}/`),
        ...except.map((folder) => `--exclude=${folder}/**`),
        ...(alone === true ? ['--no-file-parallelism'] : []),
        '--reporter=default',
        '--reporter=json',
        `--outputFile=${file}`,
      ],
      root,
      long === true ? LONG_SUITE_LIMIT_MS : SUITE_LIMIT_MS,
    )
    const tally = tallyVitestReport(readReport(file))
    // Errors outside any test, such as an unhandled rejection, fail the run though every test passed.
    return { tally: status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally, text }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  root: string,
  limit: number,
): Promise<{ status: number | null; text: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limit,
      shell: process.platform === 'win32',
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    })
    let text = ''
    const collect = (chunk: Buffer): void => {
      text += chunk.toString()
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.once('error', (error) => resolve({ status: null, text: `${text}${error.message}\n` }))
    child.once('close', (status, signal) =>
      resolve({ status, text: signal === null ? text : `${text}\nStopped by ${signal}.\n` }),
    )
  })
}
