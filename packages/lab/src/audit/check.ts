/** A check: one question that is put to a server, in a file of its own. */
import type { Sighting, Weakness } from './finding.ts'
import type { Exchange } from './probe/exchange.ts'
import type { Probe } from './probe/probe.ts'
import type { AuditSettings } from './settings.ts'
import type { Target } from './target/survey.ts'

/** What a check works with. */
export interface AuditContext {
  readonly probe: Probe
  readonly target: Target
  readonly settings: AuditSettings
}

/** What a check answers: what it saw, or why it could not look. */
export type CheckAnswer = readonly Sighting[] | { readonly skipped: string }

/** A check. */
export interface Check {
  readonly name: string
  /** What is asked, in words. */
  readonly title: string
  /** All that it may find. */
  readonly weaknesses: readonly Weakness[]
  /** Asks; sends nothing that changes data, unless the operator allowed that. */
  run(context: AuditContext): Promise<CheckAnswer>
}

/** For a check that cannot look here. */
export function skip(reason: string): CheckAnswer {
  return { skipped: reason }
}

/** For a server of which nothing is known but that it refuses. */
export const NO_SERVED_CALL = 'no call is served: give a token (--token, --client) for this server'

/** A weakness that was seen in these exchanges. */
export function sight(
  { probe }: Pick<AuditContext, 'probe'>,
  weakness: Weakness,
  detail: string,
  ...exchanges: readonly Exchange[]
): Sighting {
  return { weakness, detail, evidence: probe.evidence(...exchanges) }
}
