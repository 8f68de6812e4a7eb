/** An attack on the page: its story, and each way of doing it as it lands and as it is stopped. */
import type { Attack } from '../../attack.ts'
import type { Cell } from '../cell.ts'
import type { MatrixAttack, MatrixCheck, MatrixVariant } from '../matrix.ts'
import type { DrawnCell } from '../row.ts'
import { describeLack } from '../wording.ts'
import { drawSequence } from './drawing.ts'
import { escapeHtml } from './escape.ts'

/** What else is known. */
export interface AttackContext {
  readonly checks: readonly MatrixCheck[]
  readonly story: Attack | undefined
}

/** Writes it. */
export function writeAttack(attack: MatrixAttack, { checks, story }: AttackContext): string {
  const { id, title, verdict, landsWithout, variants } = attack
  const where = landsWithout.length > 0 ? `lands without ${landsWithout.join(', ')}, each alone` : verdict
  return `<section id="${escapeHtml(id)}" aria-labelledby="title-${escapeHtml(id)}"><h2 id="title-${escapeHtml(id)}">${escapeHtml(`${id}  ${title}`)}</h2>
${story === undefined ? '' : tellStory(story)}<p class="faint">${escapeHtml(where)}</p>
${variants.map((variant) => writeVariant(variant, checks)).join('\n')}</section>`
}

function tellStory({ steps, needs, analog }: Attack): string {
  const items = steps.map((step) => `<li>${escapeHtml(step)}</li>`).join('')
  return `<ol>${items}</ol><p>Needs: ${escapeHtml(needs)}.<br>Like: ${escapeHtml(analog)}</p>`
}

function writeVariant(variant: MatrixVariant, checks: readonly MatrixCheck[]): string {
  const { title, cells, hardened, weakened } = variant
  const listWhere = (outcome: Cell['outcome']): string =>
    checks.flatMap(({ id }, place) => (cells[place]?.outcome === outcome ? [id] : [])).join(', ')
  const [landing, broken] = [listWhere('landed'), listWhere('broken')]
  const where = landing === '' ? 'Lands without none of the checks alone.' : `Lands without: ${landing}.`
  const unplayed = broken === '' ? '' : ` Cannot be played to its end without: ${broken}.`
  return `<details><summary><h3 class="way">${escapeHtml(title)}</h3></summary><p>${escapeHtml(where + unplayed)}</p><div class="sides">
${writeSide(weakened, `The attacker wins (${describeLack(variant)})`)}
${writeSide(hardened, 'The hardened servers')}</div></details>`
}

function writeSide(cell: DrawnCell, title: string): string {
  const said = cell.failure ?? [cell.outcome, cell.status, cell.code].filter((word) => word !== undefined).join(' ')
  const drawing = cell.steps.length === 0 ? '' : drawSequence(cell, title)
  return `<figure><figcaption class="${cell.outcome}">${escapeHtml(`${title}: ${said}`)}</figcaption>${drawing}</figure>`
}
