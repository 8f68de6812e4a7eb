/** Runs the pinned conformance suite and reads what it found. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

const root = join(import.meta.dirname, '../..')
const suite = join(root, 'node_modules/@modelcontextprotocol/conformance/dist/index.js')

/** What the suite says about one scenario. */
export interface ScenarioResult {
  /** How many checks were met. */
  readonly met: number
  /** The checks that were not met, also where the specification says no more than SHOULD. */
  readonly faults: readonly { readonly check: string; readonly problem: string }[]
  /** The last line that the client under test printed. */
  readonly outcome: string | undefined
}

/**
 * Runs `conformance` with these arguments; yields the results by the scenarios' names, and rejects when there are none.
 *
 * @param watch is told each line that the suite prints
 */
export async function runSuite(
  args: readonly string[],
  watch?: (line: string) => void,
): Promise<ReadonlyMap<string, ScenarioResult>> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-conformance-'))
  try {
    const log = await startSuite([...args, '--output-dir', folder], watch)
    const results = readResults(folder)
    if (results.size === 0) throw new Error(`conformance ${args.join(' ')} ran nothing: ${log}`)
    return results
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The command that has the suite start one of the clients here. */
export function clientCommand(file: 'agent.ts' | 'bearer-agent.ts', ...flags: readonly string[]): string {
  return ['node --conditions=@countersign/source', `tests/conformance/clients/${file}`, ...flags].join(' ')
}

/** The names of the scenarios that the suite has, or of those that a revision requires. */
export async function listScenarios(side: 'client' | 'server' | 'authorization', revision?: string): Promise<string[]> {
  const listing = await startSuite([
    'list',
    `--${side}`,
    ...(revision === undefined ? [] : ['--requirements', revision]),
  ])
  // The list of a revision names both sides, and what it does not score.
  const [, section = ''] =
    new RegExp(`^${side[0]?.toUpperCase()}${side.slice(1)} .*:\\n((?: +- .*\\n?)+)`, 'm').exec(listing) ?? []
  return [...section.matchAll(/^ +- (\S+)/gm)].flatMap(([, name]) => name ?? [])
}

/** The version of the suite, as it says itself. */
export async function readSuiteVersion(): Promise<string> {
  return (await startSuite(['--version'])).trim()
}

/** Yields all that it printed; its exit code says no more than its results do. */
async function startSuite(args: readonly string[], watch?: (line: string) => void): Promise<string> {
  const child = spawn(process.execPath, [suite, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Far more than it needs, for machines that have other things to do.
    timeout: 150_000,
    env: {
      ...process.env,
      // The suite starts clients as `node`, by way of a shell: the same Node, which compiles our sources once for all.
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      NODE_COMPILE_CACHE: join(tmpdir(), 'countersign-conformance-compiled'),
    },
  })
  if (watch !== undefined) createInterface({ input: child.stdout }).on('line', watch)
  const [printed, complaints] = await Promise.all([text(child.stdout), text(child.stderr)])
  return printed === '' ? complaints : printed
}

interface Check {
  readonly id: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  readonly description: string
  readonly errorMessage?: string
}

function readResults(folder: string): ReadonlyMap<string, ScenarioResult> {
  const reports = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('checks.json'),
  )
  return new Map(reports.map((path) => [nameScenario(dirname(path)), readResult(join(folder, dirname(path)))]))
}

/** Folders are called after side, scenario and time. */
function nameScenario(folder: string): string {
  return folder.replace(/^(authorization-server|server)-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '')
}

function readResult(folder: string): ScenarioResult {
  const checks = JSON.parse(readFileSync(join(folder, 'checks.json'), 'utf8')) as Check[]
  const faults = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
  return {
    met: checks.filter(({ status }) => status === 'SUCCESS').length,
    faults: faults.map(({ id, description, errorMessage }) => ({ check: id, problem: errorMessage ?? description })),
    outcome: readdirSync(folder).includes('stdout.txt')
      ? readFileSync(join(folder, 'stdout.txt'), 'utf8').trim().split('\n').at(-1)
      : undefined,
  }
}
