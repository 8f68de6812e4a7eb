/** The report as one HTML page that loads nothing: for whoever has to be shown it. */
import { type Finding, severities } from '../finding.ts'
import type { AuditReport, CheckOutcome } from '../report.ts'
import { describeExchange } from './text-report.ts'

const STYLE = `:root{color-scheme:light dark;--line:#8885;--high:#c62828;--medium:#b26a00;--low:#5b6770;--info:#5b6770;--good:#2e7d32}
@media(prefers-color-scheme:dark){:root{--high:#ff7b72;--medium:#f0b35e;--low:#9aa7b0;--info:#9aa7b0;--good:#7ee787}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:.2rem 0}
article{border:1px solid var(--line);border-left:.4rem solid var(--colour);border-radius:.3rem;padding:.6rem 1rem;margin:1rem 0}
.severity{color:var(--colour);font-weight:700;text-transform:uppercase;font-size:.8rem;letter-spacing:.05em}
pre{overflow:auto;padding:.6rem;border:1px solid var(--line);border-radius:.3rem;font-size:.8rem;white-space:pre-wrap;overflow-wrap:anywhere}
blockquote{margin:.5rem 0;padding-left:.8rem;border-left:3px solid var(--line)}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.passed{color:var(--good)}.found{color:var(--high)}code{overflow-wrap:anywhere}`

/** Yields the document; every text of the report is escaped, and its policy lets nothing run or load. */
export function writeHtmlReport(report: AuditReport): string {
  const { url, started, seconds, requests, stopped, findings, checks } = report
  const counts = severities.map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return `${count} ${severity}`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>Audit of ${escapeHtml(url)}</title><style>${STYLE}</style></head><body><main>
<h1>Audit of ${escapeHtml(url)}</h1>
<p>${escapeHtml(started)}; ${requests} requests in ${seconds} s; ${findings.length === 0 ? 'no findings' : counts.join(', ')}.</p>
${stopped === undefined ? '' : `<p><strong>Not complete: ${escapeHtml(stopped)}</strong></p>`}
${findings.map(writeFinding).join('\n')}
<h2>What was asked</h2>
<table><thead><tr><th scope="col">Question</th><th scope="col">Outcome</th></tr></thead><tbody>
${checks.map(writeOutcome).join('\n')}
</tbody></table></main></body></html>
`
}

function writeFinding({ id, severity, title, detail, spec, fix, evidence }: Finding): string {
  const shown = evidence.map((exchange) => `<pre>${escapeHtml(describeExchange(exchange).join('\n'))}</pre>`).join('\n')
  return `<article style="--colour:var(--${severity})"><span class="severity">${severity}</span>
<h2>${escapeHtml(title)}</h2><p><code>${escapeHtml(id)}</code>: ${escapeHtml(detail)}</p>
<blockquote>${escapeHtml(spec.sentence)}<br><a href="${escapeHtml(spec.link)}">${escapeHtml(spec.link)}</a></blockquote>
<p><strong>Fix.</strong> ${escapeHtml(fix)}</p>${shown === '' ? '' : `<details><summary>Evidence</summary>${shown}</details>`}</article>`
}

function writeOutcome({ title, outcome, reason }: CheckOutcome): string {
  const why = reason === undefined ? '' : `: ${escapeHtml(reason)}`
  return `<tr><td>${escapeHtml(title)}</td><td class="${outcome}">${outcome}${why}</td></tr>`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
