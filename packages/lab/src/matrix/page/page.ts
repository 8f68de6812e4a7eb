/** The matrix as one page that loads nothing: the table, what it means, and each attack as it goes over the wire. */
import { createHash } from 'node:crypto'
import type { Attack } from '../../attack.ts'
import { findFaults, type Matrix } from '../matrix.ts'
import { writeAttack } from './attack-section.ts'
import { escapeHtml } from './escape.ts'
import { SCRIPT, STYLE } from './style.ts'
import { writeTable } from './table.ts'

/** Yields the document; `attacks` tell the stories. Its policy lets nothing load, and nothing run but its own few lines. */
export function writeMatrixPage(matrix: Matrix, attacks: readonly Attack[]): string {
  const { checks, cells } = matrix
  const needed = checks.filter(({ verdict }) => verdict === 'needed').length
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${digest(STYLE)}'; script-src '${digest(SCRIPT)}'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer"><title>Which attack lands without which check</title>
<style>${STYLE}</style></head><body><main>
<a class="skip" href="#attacks">To the attacks</a>
<h1>Which attack lands without which check</h1>
<p>Every attack was run against the hardened servers with one check taken out. <b>●</b>: it lands. <b>·</b>: another check stops it all the same. ${needed} of ${checks.length} checks alone stop some attack; the others are defence in depth. <span class="faint">${cells.run} runs; ${cells.untouched} more would have been the same, as the check had nothing to do. Arrow keys go from cell to cell.</span></p>
${writeFaults(findFaults(matrix))}
<div class="scroll" role="region" aria-label="The matrix" tabindex="0">${writeTable(matrix)}</div>
<div id="attacks">${matrix.attacks.map((attack) => writeAttack(attack, { checks, story: attacks.find(({ id }) => id === attack.id) })).join('\n')}</div>
</main><script>${SCRIPT}</script></body></html>
`
}

function writeFaults(faults: readonly string[]): string {
  if (faults.length === 0) return ''
  return `<div class="faults"><h2>Not as it has to be</h2><ul>${faults.map((fault) => `<li>${escapeHtml(fault)}</li>`).join('')}</ul></div>`
}

/** As a content security policy names what it allows (CSP3 §2.3.1). */
function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
