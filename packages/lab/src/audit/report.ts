/** What an audit yields: every check with its outcome, and the findings. */
import { type Finding, severities } from './finding.ts'

/** How a check ended. */
export interface CheckOutcome {
  readonly name: string
  readonly title: string
  readonly outcome: 'passed' | 'found' | 'skipped'
  /** Why it could not look. */
  readonly reason?: string
}

/** The report; holds no secret, and only what can be written as JSON. */
export interface AuditReport {
  readonly url: string
  /** ISO 8601, UTC. */
  readonly started: string
  readonly seconds: number
  readonly requests: number
  /** Why it ended before its end; left out where it did not. */
  readonly stopped?: string
  readonly checks: readonly CheckOutcome[]
  /** The worst first. */
  readonly findings: readonly Finding[]
}

/** Whether anything in it has to be seen to: a finding of medium or above, or that it ended early, when nothing is proven. */
export function hasFailed({ findings, stopped }: AuditReport): boolean {
  return stopped !== undefined || findings.some(({ severity }) => severity === 'high' || severity === 'medium')
}

/** The worst first, else in the order in which they were found. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
}
