/** The audit: the attacks, against a server that its operator names. */
export { type AuditOptions, audit } from './audit.ts'
export { checks } from './checks.ts'
export { type Finding, type Severity, severities, type Weakness } from './finding.ts'
export { createAuditKey, createTokenSource, type TokenSourceOptions } from './obtain-token.ts'
export type { EvidenceExchange } from './probe/exchange.ts'
export { type Paint, writeTextReport } from './report/text-report.ts'
export { type AuditReport, type CheckOutcome, hasFailed } from './report.ts'
export type { AuditSettings, TokenSource } from './settings.ts'
