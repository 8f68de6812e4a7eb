/** The table of the page: a row for each check, a column for each attack. */
import type { ColumnPart } from '../column.ts'
import type { Matrix, MatrixAttack, MatrixCheck } from '../matrix.ts'
import { describeWorth, partWords } from '../wording.ts'
import { escapeHtml } from './escape.ts'

const parts = ['guard', 'attestation', 'authorization', 'setting'] as const satisfies readonly ColumnPart[]

/** Writes it. */
export function writeTable({ checks, attacks }: Matrix): string {
  const heads = attacks.map(
    ({ id, title }) =>
      `<th scope="col"><a href="#${escapeHtml(id)}" title="${escapeHtml(title)}">${escapeHtml(id)}</a></th>`,
  )
  const groups = parts.map((part) => {
    const own = checks.filter((check) => check.part === part)
    const title = `<tr><th class="part" colspan="${attacks.length + 2}">${partWords[part]}</th></tr>`
    return own.length === 0 ? '' : title + own.map((check) => writeRow(check, attacks)).join('\n')
  })
  return `<table><thead><tr><th scope="col">Without</th>${heads.join('')}<th scope="col">What it is worth</th></tr></thead><tbody>${groups.join('\n')}</tbody></table>`
}

function writeRow(check: MatrixCheck, attacks: readonly MatrixAttack[]): string {
  const { name, how, verdict } = check
  const worth = `<td class="verdict ${verdict === 'needed' ? 'needed' : 'depth'}">${escapeHtml(describeWorth(check))}</td>`
  const cells = attacks.map((attack) => writeCell(check, attack))
  return `<tr><th scope="row"><code>${escapeHtml(name)}</code> <span class="faint">${how}</span></th>${cells.join('')}${worth}</tr>`
}

function writeCell({ name, stops }: MatrixCheck, { id }: MatrixAttack): string {
  const place = escapeHtml(`${id} without ${name}`)
  if (!stops.includes(id)) return `<td class="stopped" title="${place}: stopped">·</td>`
  return `<td class="landed" title="${place}: lands"><a href="#${escapeHtml(id)}" aria-label="${place}: lands">●</a></td>`
}
