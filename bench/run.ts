/** `npm run bench -- NAME… [--json]`: measures, prints what each thing costs, and says which goals are met. */
import { parseArgs } from 'node:util'
import { attestationBenchmark } from './attestation/attestation.bench.ts'
import { capabilityBenchmark } from './capability/capability.bench.ts'
import { frictionBenchmark } from './friction/friction.bench.ts'
import { describeGoal, type Goal, isMet } from './goal.ts'
import { guardBenchmark } from './guard/guard.bench.ts'
import type { Costs } from './interleave.ts'
import { introspectionBenchmark } from './introspection/introspection.bench.ts'
import { ledgerBenchmark } from './ledger/ledger.bench.ts'
import { tokenEndpointBenchmark } from './token-endpoint/token-endpoint.bench.ts'

export interface Benchmark {
  readonly name: string
  readonly summary: string
  run(
    onProgress: (done: number, of: number) => void,
  ): Promise<{ readonly costs: Costs; readonly goals: readonly Goal[] }>
}

const benchmarks: readonly Benchmark[] = [
  guardBenchmark,
  attestationBenchmark,
  capabilityBenchmark,
  frictionBenchmark,
  introspectionBenchmark,
  ledgerBenchmark,
  tokenEndpointBenchmark,
]

const usage = `Usage: npm run bench -- [NAME…] [--json]

${benchmarks.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

Without a name all of them run. Exit code 1: a goal was missed.
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})
const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name))
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) process.stderr.write(`There is no benchmark '${unknown.join("', '")}'.\n\n`)
  process.stderr.write(usage)
  process.exit(values.help ? 0 : 2)
}

for (const benchmark of benchmarks) {
  if (positionals.length === 0 || positionals.includes(benchmark.name)) await report(benchmark)
}

async function report(benchmark: Benchmark): Promise<void> {
  const { costs, goals } = await benchmark.run(showProgress)
  if (goals.some((goal) => !isMet(goal))) process.exitCode = 1
  if (values.json) {
    const microseconds = Object.fromEntries(costs)
    console.log(
      JSON.stringify({
        benchmark: benchmark.name,
        microseconds,
        goals: goals.map((goal) => ({ ...goal, met: isMet(goal) })),
      }),
    )
    return
  }
  console.log(`${benchmark.name}: ${benchmark.summary}\n`)
  for (const [name, cost] of costs) console.log(`  ${cost.toFixed(1).padStart(8)} µs  ${name}`)
  console.log(`\n${goals.map((goal) => `  ${describeGoal(goal)}`).join('\n')}`)
}

function showProgress(done: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(done === of ? '\r\u001b[K' : `\r  round ${done} of ${of}`)
}
