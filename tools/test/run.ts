/** `npm test`: runs the suites one after the other; the last line is `N passed, N failed`. */
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { runSuite } from './run-suite.ts'
import { type Suite, suites } from './suites.ts'
import { findMissingParts, installLine, installParts } from './system-parts.ts'
import { addTallies, emptyTally, formatTally } from './tally.ts'

const USAGE = `Usage: npm test [-- --only SUITE]… [-- --list]
  --only SUITE  run this suite alone; may be given several times
  --full        run the long suites too (npm run test:full)
  --list        name the suites and stop`

const root = dirname(dirname(import.meta.dirname))
const say = (line: string): void => console.log(line)

function readArguments(): { only: string[]; full: boolean; list: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        full: { type: 'boolean', default: false },
        list: { type: 'boolean', default: false },
      },
    })
    const unknown = values.only.find((name) => !suites.some((suite) => suite.name === name))
    if (unknown !== undefined) throw new Error(`There is no suite named ${unknown}.`)
    return values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    process.exit(2)
  }
}

/** The suites that cannot run here, with the parts each lacks; what can be installed has been. */
function findBlockedSuites(chosen: readonly Suite[]): ReadonlyMap<string, string> {
  const needed = new Set(chosen.flatMap(({ needs = [], wants = [] }) => [...needs, ...wants]))
  let missing = findMissingParts(needed)
  if (missing.length > 0 && installParts(missing, say)) missing = findMissingParts(needed)
  if (missing.length > 0) {
    say(`Missing on this machine: ${missing.map((part) => part.name).join(', ')}. To install, type as root:`)
    say(`  ${installLine(missing)}`)
  }
  const lacking = (suite: Suite): string =>
    missing.flatMap((part) => (suite.needs?.includes(part.name) ? [part.name] : [])).join(', ')
  return new Map(chosen.map((suite) => [suite.name, lacking(suite)] as const).filter(([, parts]) => parts !== ''))
}

async function main(): Promise<void> {
  const { only, full, list } = readArguments()
  if (list) {
    for (const suite of suites) say(`${suite.name}${suite.long === true ? '  (npm run test:full)' : ''}`)
    return
  }
  const chosen = suites.filter((suite) => (only.length > 0 ? only.includes(suite.name) : full || suite.long !== true))
  const blocked = findBlockedSuites(chosen)
  // A machine that only builds has nobody to read a warning.
  const strict = process.env.CI === 'true'
  const notRun: string[] = []
  let total = emptyTally
  for (const suite of chosen) {
    const lacks = blocked.get(suite.name)
    if (lacks !== undefined) {
      notRun.push(`${suite.name} (needs ${lacks})`)
      total = addTallies(total, strict ? { ...emptyTally, failed: 1 } : { ...emptyTally, skipped: 1 })
      continue
    }
    const { tally, output, seconds } = await runSuite(suite, root)
    total = addTallies(total, tally)
    if (tally.failed > 0) say(output)
    say(
      `${tally.failed > 0 ? 'FAIL' : 'ok  '} ${suite.name.padEnd(14)} ${formatTally(tally)}  (${seconds.toFixed(1)} s)`,
    )
  }
  for (const suite of notRun) say(`NOT RUN: ${suite}`)
  say(formatTally(total))
  process.exitCode = total.failed > 0 ? 1 : 0
}

await main()
