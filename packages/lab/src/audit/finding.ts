/** What an audit finds: kinds of weakness, each with the sentence of a specification that it goes against, and findings of them. */
import type { EvidenceExchange } from './probe/exchange.ts'

/** How much it matters: `high` gives a stranger what is not theirs, `medium` takes a second fault, `low` weakens, `info` is for reading. */
export type Severity = 'high' | 'medium' | 'low' | 'info'

/** From the worst down. */
export const severities: readonly Severity[] = ['high', 'medium', 'low', 'info']

/** A weakness that a check looks for, whoever has it. */
export interface Weakness {
  /** Stable, in snake case: what reports, filters and SARIF rules speak of it by. */
  readonly id: string
  readonly severity: Severity
  /** What is wrong, in a sentence. */
  readonly title: string
  /** What should be: the sentence, and where it stands. */
  readonly spec: { readonly sentence: string; readonly link: string }
  readonly fix: string
}

/** A weakness of the server that was audited. */
export interface Finding extends Weakness {
  /** What was seen, in a sentence; holds no secret. */
  readonly detail: string
  /** The exchanges that show it, with secrets masked. */
  readonly evidence: readonly EvidenceExchange[]
}

/** What a check says of a weakness: found, with what shows it. */
export interface Sighting {
  readonly weakness: Weakness
  readonly detail: string
  readonly evidence: readonly EvidenceExchange[]
}
