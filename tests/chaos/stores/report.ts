/** What a run of all acts comes to: one line for machines, and a table for people. */
import type { FaultOutcome } from './fault.ts'

/** The figures of a whole run, named as they are printed. */
export interface Totals {
  readonly accepted_replays: number
  readonly attacked_requests: number
  readonly fault_kinds: number
  readonly processes: number
  readonly lost_rows: number
  /** Attempts of honest clients that were not served, among all of theirs. */
  readonly good_refused_share: number
  readonly longest_outage_ms: number
}

/** Sums up; `lostRows` are what other parts of the run have found missing. */
export function sumUp(outcomes: readonly FaultOutcome[], processes: number, lostRows = 0): Totals {
  const sum = (figure: (outcome: FaultOutcome) => number) => outcomes.reduce((all, one) => all + figure(one), 0)
  const refused = sum((one) => one.refused)
  const attempts = refused + sum((one) => one.served)
  return {
    accepted_replays: sum((one) => one.acceptedReplays),
    attacked_requests: sum((one) => one.attacked),
    // A fault that happens to several stores is of one kind.
    fault_kinds: new Set(outcomes.map(({ fault }) => fault)).size,
    processes,
    lost_rows: lostRows + sum((one) => one.lost),
    good_refused_share: attempts === 0 ? 0 : Math.round((refused / attempts) * 10_000) / 10_000,
    longest_outage_ms: Math.max(0, ...outcomes.flatMap(({ longestOutage: { plain, capable } }) => [plain, capable])),
  }
}

const columns = [
  'fault',
  'good',
  'refused',
  'outage',
  'of capabilities',
  'alone',
  'attacked',
  'revived',
  'twice',
  'lost',
] as const

/** One line for each fault, with the reasons why good calls were refused. */
export function formatTable(outcomes: readonly FaultOutcome[]): string {
  const rows = outcomes.map((one) => [
    `${one.act}: ${one.fault}`,
    ...[one.served, one.refused].map(String),
    ...[one.longestOutage.plain, one.longestOutage.capable].map((ms) => `${ms} ms`),
    ...[one.alone, one.attacked, one.revived, one.acceptedReplays, one.lost].map(String),
  ])
  const all = [[...columns], ...rows]
  const widths = columns.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)))
  const lines = all.map((row) =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  '),
  )
  const why = outcomes.map(({ reasons }) => [listReasons(reasons.plain), listReasons(reasons.capable)].join(' | '))
  return lines.map((line, index) => `${line}  ${index === 0 ? 'why | of capabilities' : why[index - 1]}`).join('\n')
}

function listReasons(reasons: ReadonlyMap<string, number>): string {
  return [...reasons].map(([reason, count]) => `${reason} ${count}`).join(', ')
}
