/** `countersign friction simulate`: a trace, a configuration, and what would have become of each call. */
import { writeFileSync } from 'node:fs'
import {
  type FrictionRules,
  renderFrictionChart,
  renderFrictionText,
  type SimulatedCall,
  simulateFriction,
  type TracedCall,
} from '@countersign/friction'
import type { Context } from '../context.ts'
import { CommandFailed, wrongUsage } from '../exit.ts'
import { printable, printableJson } from '../terminal/printable.ts'
import { withProgress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { findScenario, type ScenarioName, scenarioTools } from './scenarios.ts'
import { parseRules } from './settings.ts'
import { describeSummary, summarise } from './summary.ts'
import { readTrace } from './trace-file.ts'

/** The flags. */
export interface SimulateOptions {
  readonly scenario?: ScenarioName
  readonly trace?: string
  readonly tool: readonly string[]
  readonly set: readonly string[]
  readonly client?: string
  readonly svg?: string
  readonly json?: true
}

/** From so many calls on it takes long enough to say so. */
const MANY_CALLS = 200_000

/** Runs it. */
export async function simulate(options: SimulateOptions, { terminal, finish }: Context): Promise<void> {
  const { trace: path, scenario = 'flood', svg, json } = options
  const rules = parseRules(path === undefined ? scenarioTools : {}, options)
  if (Object.keys(rules.tools).length === 0) throw wrongUsage('Say which tools have friction, with --tool NAME.')
  const { words, calls } = findScenario(scenario)
  const trace =
    path === undefined ? calls() : await withProgress(terminal, `Reading ${path}`, readTrace(path, terminal))
  if (trace.length > MANY_CALLS && terminal.isNoted) {
    terminal.note(terminal.styleNote('dim', `Simulating ${trace.length} calls …`))
  }
  const series = choose(run(trace, rules), rules, options.client)
  if (svg !== undefined) writeChart(svg, series)
  if (json === true) terminal.print(printableJson({ summary: summarise(series), series }))
  else describe(path === undefined ? `${scenario}: ${words}` : printable(path), series, terminal)
  finish(0)
}

/** What friction says of a configuration names cause and cure. */
function run(trace: readonly TracedCall[], rules: FrictionRules): readonly SimulatedCall[] {
  try {
    return simulateFriction(trace, rules)
  } catch (error) {
    if (error instanceof TypeError) throw wrongUsage(error.message)
    throw error
  }
}

/** Of one client where one is asked for, and of the tools with friction: the others' is always 0. */
function choose(
  series: readonly SimulatedCall[],
  { tools }: FrictionRules,
  client: string | undefined,
): readonly SimulatedCall[] {
  const own = client === undefined ? series : series.filter((call) => call.client === client)
  if (own.length === 0) throw new CommandFailed(`No call of the trace is by the client ${JSON.stringify(client)}.`)
  const chosen = own.filter(({ tool }) => Object.hasOwn(tools, tool))
  if (chosen.length > 0) return chosen
  const called = [...new Set(own.map(({ tool }) => tool))].slice(0, 10)
  throw new CommandFailed(
    `None of these calls is of a tool with friction (${Object.keys(tools).join(', ')}). They are of ${called.join(', ')}.`,
  )
}

function writeChart(path: string, series: readonly SimulatedCall[]): void {
  try {
    writeFileSync(path, `${renderFrictionChart(series)}\n`)
  } catch {
    throw new CommandFailed(`${path} cannot be written. Check its folder.`)
  }
}

function describe(title: string, series: readonly SimulatedCall[], { print, style }: Terminal): void {
  print(style('bold', title))
  print('')
  print(renderFrictionText(series))
  print('')
  for (const summary of summarise(series)) print(describeSummary(summary))
}
