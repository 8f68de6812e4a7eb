/** The report for a terminal. */
import { type Finding, type Severity, severities } from '../finding.ts'
import type { EvidenceExchange } from '../probe/exchange.ts'
import type { AuditReport } from '../report.ts'

/** How a word may look. */
export type Paint = (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string) => string

const COLOURS = { high: 'red', medium: 'yellow', low: 'bold', info: 'dim' } as const satisfies Record<Severity, string>

/** Yields lines; text that servers sent is not yet safe for a terminal. */
export function writeTextReport(report: AuditReport, paint: Paint): readonly string[] {
  const { url, requests, seconds, findings, checks, stopped } = report
  const skipped = checks.filter(({ outcome }) => outcome === 'skipped')
  const count = severities.map((severity) => countOf(findings, severity)).filter((words) => words !== undefined)
  return [
    `Audit of ${paint('bold', url)}: ${checks.length} checks, ${requests} requests, ${seconds} s`,
    ...(stopped === undefined ? [] : [paint('yellow', `Not complete: ${stopped}`)]),
    ...findings.flatMap((finding) => describeFinding(finding, paint)),
    ...skipped.flatMap(({ title, reason = '' }) => [paint('dim', `not asked: ${title} (${reason})`)]),
    '',
    findings.length === 0 ? paint('green', 'No findings.') : `${findings.length} findings: ${count.join(', ')}.`,
  ]
}

function countOf(findings: readonly Finding[], severity: Severity): string | undefined {
  const count = findings.filter((finding) => finding.severity === severity).length
  return count === 0 ? undefined : `${count} ${severity}`
}

function describeFinding(finding: Finding, paint: Paint): readonly string[] {
  const { severity, id, title, detail, spec, fix, evidence } = finding
  return [
    '',
    `${paint(COLOURS[severity], severity.toUpperCase())} ${paint('bold', title)} ${paint('dim', `[${id}]`)}`,
    `  seen  ${detail}`,
    `  spec  “${spec.sentence}”`,
    `        ${spec.link}`,
    `  fix   ${fix}`,
    ...evidence
      .slice(0, 2)
      .flatMap((exchange) => describeExchange(exchange).map((line) => paint('dim', `  | ${line}`))),
  ]
}

/** An exchange, one line each. */
export function describeExchange(exchange: EvidenceExchange): readonly string[] {
  const { request, requestHeaders, requestBody, response, responseHeaders, responseBody } = exchange
  const told = responseHeaders.filter((line) =>
    /^(?:www-authenticate|content-type|location|access-control|dpop-nonce|allow)/i.test(line),
  )
  return [
    `> ${request}`,
    ...requestHeaders.map((line) => `> ${line}`),
    ...(requestBody === '' ? [] : [`> ${shorten(requestBody)}`]),
    `< ${response}`,
    ...told.map((line) => `< ${line}`),
    ...(responseBody === '' ? [] : [`< ${shorten(responseBody)}`]),
  ]
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= 200 ? line : `${line.slice(0, 200)}…`
}
