/** The report as SARIF 2.1.0, which code hosts and scanners' dashboards read. */
import { checks } from '../checks.ts'
import type { Finding, Severity } from '../finding.ts'
import type { AuditReport } from '../report.ts'

const LEVELS = { high: 'error', medium: 'warning', low: 'note', info: 'none' } as const satisfies Record<
  Severity,
  string
>

/** GitHub orders by these, from 0 to 10. */
const SCORES = { high: '8.0', medium: '5.5', low: '3.0', info: '0.0' } as const satisfies Record<Severity, string>

/** Yields the log; written with `JSON.stringify`. */
export function writeSarifReport(report: AuditReport): object {
  const weaknesses = checks.flatMap((check) => check.weaknesses)
  const rules = weaknesses.map(({ id, severity, title, spec, fix }) => ({
    id,
    shortDescription: { text: title },
    fullDescription: { text: spec.sentence },
    help: { text: fix },
    helpUri: spec.link,
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { 'security-severity': SCORES[severity], tags: ['security', 'mcp'] },
  }))
  const indices = new Map(rules.map(({ id }, index) => [id, index]))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'countersign audit', version: '0.1.0', rules } },
        automationDetails: { id: `countersign-audit/${report.url}` },
        invocations: [
          {
            executionSuccessful: report.stopped === undefined,
            startTimeUtc: report.started,
            ...(report.stopped !== undefined && {
              toolExecutionNotifications: [{ level: 'warning', message: { text: report.stopped } }],
            }),
          },
        ],
        results: report.findings.map((finding) => writeResult(finding, report.url, indices.get(finding.id) ?? -1)),
      },
    ],
  }
}

function writeResult(finding: Finding, url: string, ruleIndex: number): object {
  const { id, severity, detail, fix, spec, evidence } = finding
  return {
    ruleId: id,
    ruleIndex,
    // §3.27.10: a level of none is for what is no failure.
    kind: severity === 'info' ? 'informational' : 'fail',
    level: LEVELS[severity],
    message: { text: `${detail} ${fix} (${spec.link})` },
    locations: [{ physicalLocation: { artifactLocation: { uri: url } } }],
    partialFingerprints: { weaknessAtServer: `${id}@${url}` },
    properties: { evidence },
  }
}
