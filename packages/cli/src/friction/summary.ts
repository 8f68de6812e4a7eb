/** What became of the calls of each tool, in numbers and in words. */
import type { SimulatedCall } from '@countersign/friction'
import { printable } from '../terminal/printable.ts'

/** The calls of one tool; as it is printed by `--json`. */
export interface ToolSummary {
  readonly tool: string
  readonly calls: number
  readonly allowed: number
  /** How many were sent to a person. */
  readonly approval: number
  readonly blocked: number
  /** The greatest, 0 to 1. */
  readonly friction: number
  /** The time of the first one; absent where there was none. */
  readonly first_approval?: number
  readonly first_blocked?: number
}

/** Sums a series up, tool by tool, in the order of their first calls. */
export function summarise(series: readonly SimulatedCall[]): readonly ToolSummary[] {
  return [...Map.groupBy(series, ({ tool }) => tool)].map(([tool, calls]) => {
    const decided = Map.groupBy(calls, ({ decision }) => decision.outcome)
    const [approval, blocked] = [decided.get('approval') ?? [], decided.get('blocked') ?? []]
    return {
      tool,
      calls: calls.length,
      allowed: decided.get('allowed')?.length ?? 0,
      approval: approval.length,
      blocked: blocked.length,
      friction: round(calls.reduce((most, { friction }) => Math.max(most, friction), 0)),
      ...(approval[0] !== undefined && { first_approval: approval[0].time }),
      ...(blocked[0] !== undefined && { first_blocked: blocked[0].time }),
    }
  })
}

/** One sentence. */
export function describeSummary(summary: ToolSummary): string {
  const { tool, calls, allowed, approval, blocked, friction, first_approval, first_blocked } = summary
  const parts = [`${allowed} allowed`]
  if (first_approval !== undefined) parts.push(`${approval} put to a person, the first at ${round(first_approval)} s`)
  if (first_blocked !== undefined) parts.push(`${blocked} blocked, the first at ${round(first_blocked)} s`)
  return `${printable(tool)}: of ${calls} calls ${parts.join('; ')}. Friction was ${friction} at most.`
}

function round(value: number): number {
  return Number(value.toFixed(3))
}
