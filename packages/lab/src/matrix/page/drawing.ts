/** A run as a sequence drawing in SVG: a column for each party, an arrow for each message, time running down. */
import type { DrawnCell } from '../row.ts'
import type { DrawnStep } from '../steps.ts'
import { escapeHtml } from './escape.ts'

/** In units of the drawing. */
const HEAD = 34
const STEP = 44
const EDGE = 80
const GAP = 210
/** One character of a label. */
const CHARACTER = 6.7

/** From left to right. */
const PARTIES = [
  'person',
  'agent',
  'attestation issuer',
  'authorization server',
  'vuln-mcp',
  'vuln-mcp-b',
  'hardened-mcp',
  'hardened-mcp-b',
  'elsewhere',
  'attacker',
]

/** Draws it; the last answer is red where the attacker wins and green where the defence holds. */
export function drawSequence({ steps, outcome, earlier }: DrawnCell, title: string): string {
  const lanes = findLanes(steps)
  const width = EDGE * 2 + Math.max(1, lanes.length - 1) * GAP
  const height = HEAD + steps.length * STEP + 20
  const arrows = steps.map((step, index) => drawStep(step, index, lanes, index === steps.length - 1 ? outcome : ''))
  const before = earlier > 0 ? `<p class="earlier">${earlier} messages before these</p>` : ''
  return `${before}<svg class="sequence" viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="${escapeHtml(title)}">
<desc>${escapeHtml(steps.map(tell).join('; '))}</desc>
${lanes.map((lane, index) => drawLane(lane, EDGE + index * GAP, height)).join('')}
${arrows.join('\n')}
</svg>`
}

function findLanes(steps: readonly DrawnStep[]): readonly string[] {
  const names = new Set(steps.flatMap(({ from, to }) => [from, to]))
  const place = (name: string): number => {
    const found = PARTIES.indexOf(name)
    return found === -1 ? PARTIES.indexOf('elsewhere') : found
  }
  return [...names].sort((a, b) => place(a) - place(b))
}

function tell({ from, to, request, answer, stolen }: DrawnStep): string {
  const taken = stolen === undefined ? '' : ' (the credentials are the attacker’s now)'
  return `${from} to ${to}: ${request}, ${answer ?? 'no answer'}${taken}`
}

function drawLane(name: string, x: number, height: number): string {
  return `<text class="lane" x="${x}" y="16">${escapeHtml(name)}</text><path class="life" d="M${x} 24V${height}"/>`
}

function drawStep(step: DrawnStep, index: number, lanes: readonly string[], ending: string): string {
  const y = HEAD + index * STEP + 16
  const [start, end] = [step.from, step.to].map((name) => EDGE + lanes.indexOf(name) * GAP)
  if (start === undefined || end === undefined) return ''
  const asked = drawArrow({ start, end, y, label: step.request, kind: 'asked' })
  const answered = drawArrow({ start: end, end: start, y: y + 20, label: step.answer ?? '', kind: `answer ${ending}` })
  const stolen =
    step.stolen === undefined
      ? ''
      : `<text class="stolen" x="${end - 8}" y="${y + 16}">EXFIL RECEIVED ${escapeHtml(step.stolen)}</text>`
  return `${asked}${step.stolen === undefined ? answered : stolen}`
}

interface Arrow {
  readonly start: number
  readonly end: number
  readonly y: number
  readonly label: string
  readonly kind: string
}

function drawArrow({ start, end, y, label, kind }: Arrow): string {
  const isOwn = start === end
  const tip = isOwn ? start + 4 : end
  const back = isOwn || end < start ? 7 : -7
  const line = isOwn ? `M${start} ${y - 6}h24v6H${tip}` : `M${start} ${y}H${end}`
  const room = isOwn ? 24 : Math.floor((Math.abs(end - start) - 16) / CHARACTER)
  const text = label.length > room ? `${label.slice(0, Math.max(0, room - 1))}…` : label
  const [x, anchor] = isOwn ? [start - 6, 'end'] : [(start + end) / 2, 'middle']
  return `<g class="${kind.trim()}"><path class="line" d="${line}"/><path class="tip" d="M${tip} ${y}l${back} -4v8z"/><text x="${x}" y="${y - 4}" text-anchor="${anchor}">${escapeHtml(text)}</text></g>`
}
