/** What an audit writes as SARIF, held to the schema that OASIS publishes. */
import { type AuditReport, checks, type Finding, severities, writeSarifReport } from '@countersign/lab/audit'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import published from './sarif-2.1.0.json' with { type: 'json' }

// Draft 04 calls the identifier `id`; of what is used here nothing else has changed since.
const { $schema: draft, id: $id, ...schema } = published.schema

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: {
    'date-time': (text: string) => Number.isFinite(Date.parse(text)),
    uri: (text: string) => URL.canParse(text),
    'uri-reference': (text: string) => URL.canParse(text, 'https://base.example'),
  },
})

const isSarif = ajv.compile({ ...schema, $id })

const report: AuditReport = {
  url: 'https://notes.example/mcp',
  started: '2026-11-20T12:00:00.000Z',
  seconds: 1.5,
  requests: 12,
  checks: [{ name: 'audience', title: 'audience', outcome: 'passed' }],
  findings: [],
}

const findings = checks.flatMap(({ weaknesses }) =>
  weaknesses.map(
    (weakness): Finding => ({
      ...weakness,
      detail: 'It was seen.',
      evidence: [
        {
          request: 'POST /mcp',
          requestHeaders: ['authorization: Bearer ‹token 1›'],
          requestBody: '{}',
          response: '200',
          responseHeaders: [],
          responseBody: '{}',
        },
      ],
    }),
  ),
)

/** As it is written to the file. */
function write(written: AuditReport): unknown {
  return JSON.parse(JSON.stringify(writeSarifReport(written)))
}

function faultsOf(log: unknown): readonly string[] {
  isSarif(log)
  return (isSarif.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

describe('the schema', () => {
  it('says where it is from, and is of the draft that it is read as', () => {
    expect(published.source).toBe($id)
    expect(draft).toBe('http://json-schema.org/draft-04/schema#')
  })

  it.each([
    ['no runs', { version: '2.1.0' }],
    ['another version', { version: '2.0.0', runs: [] }],
    ['a level that there is not', withResult({ message: { text: 'x' }, level: 'high' })],
    ['a result without a message', withResult({ level: 'error' })],
    ['a member that there is not', withResult({ message: { text: 'x' }, severity: 'high' })],
    ['a place that is no URI', withResult({ message: { text: 'x' }, hostedViewerUri: 'not a URI' })],
  ])('refuses %s', (_what, log) => {
    expect(faultsOf(log)).not.toEqual([])
  })
})

function withResult(result: object): object {
  return { version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [result] }] }
}

describe('the SARIF of an audit', () => {
  it.each<readonly [string, AuditReport]>([
    ['that found nothing', report],
    ['that found everything', { ...report, findings }],
    ['that ended early', { ...report, stopped: 'The target does not answer any more.' }],
  ])('%s holds to it', (_what, written) => {
    expect(faultsOf(write(written))).toEqual([])
  })

  // §3.27.9 and §3.27.10: `none` is the level of what is no failure.
  it('has a level of none where the result is no failure, and only there', () => {
    const told = findings.slice(0, 4).map((finding, at) => ({ ...finding, severity: severities[at] ?? 'info' }))
    expect(faultsOf(write({ ...report, findings: told }))).toEqual([])
    expect(write({ ...report, findings: told })).toMatchObject({
      runs: [
        {
          results: [
            { level: 'error', kind: 'fail' },
            { level: 'warning', kind: 'fail' },
            { level: 'note', kind: 'fail' },
            { level: 'none', kind: 'informational' },
          ],
        },
      ],
    })
  })
})
