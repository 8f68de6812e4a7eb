/** The messages of a run as a sequence: a lane for each party, an arrow each way, time running down. */
import { make } from './dom.js'

/** @import { Step, Outcome } from '../events.ts' */

/** From left to right; whoever takes no part has no lane. */
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

/** Pixels within which the end of the paper counts as seen. */
const NEAR_END = 80

/**
 * A drawing that grows.
 *
 * @typedef {object} Drawing
 * @property {HTMLElement} element
 * @property {(step: Step) => void} draw Draws a step, or draws it again where it was answered since.
 * @property {(outcome: Outcome) => void} decide Colours the step that decided it.
 * @property {(text: string) => void} remark Says something below.
 */

/**
 * Makes one with the lanes that are there from the start; `show` is told which message was chosen.
 *
 * @param {string} label
 * @param {readonly string[]} first
 * @param {(step: Step) => void} show
 * @returns {Drawing}
 */
export function createDrawing(label, first, show) {
  /** @type {Map<number, { step: Step, item: HTMLElement }>} */
  const drawn = new Map()
  const heads = make('div', { class: 'heads', 'aria-hidden': 'true' })
  const lines = make('div', { class: 'lifelines', 'aria-hidden': 'true' })
  const list = make('ol', { class: 'messages', 'aria-label': `Messages, ${label}` })
  const note = make('p', { class: 'small remark' })
  const paper = make('div', { class: 'paper' }, [make('div', { class: 'roll' }, [lines, list])])
  const element = make('div', { class: 'drawing' }, [heads, paper, note])
  let lanes = PARTIES.filter((party) => first.includes(party))

  const layOut = () => {
    element.style.setProperty('--lanes', String(lanes.length))
    heads.replaceChildren(...lanes.map((lane) => make('span', { class: lane }, [hyphenate(lane)])))
    lines.replaceChildren(...lanes.map((lane) => make('span', { class: lane })))
    for (const { step, item } of drawn.values()) place(item, step, lanes)
  }
  layOut()
  walkWithArrows(list)

  return {
    element,
    draw(step) {
      const wanted = PARTIES.filter((party) => lanes.includes(party) || [step.from, step.to].includes(party))
      const isWider = wanted.length > lanes.length
      lanes = wanted
      const item = makeStep(step, () => show(drawn.get(step.index)?.step ?? step))
      const isAtEnd = paper.scrollHeight - paper.scrollTop - paper.clientHeight < NEAR_END
      const old = drawn.get(step.index)
      if (old === undefined) list.append(item)
      else {
        if (old.item.contains(document.activeElement)) queueMicrotask(() => item.querySelector('button')?.focus())
        item.classList.add('still')
        old.item.replaceWith(item)
      }
      drawn.set(step.index, { step, item })
      if (isWider) layOut()
      else place(item, step, lanes)
      if (list.querySelector('button[tabindex="0"]') === null) {
        list.querySelector('button')?.setAttribute('tabindex', '0')
      }
      // Whoever scrolled back to read is not dragged along.
      if (isAtEnd) paper.scrollTop = paper.scrollHeight
    },
    decide({ landed, decidedBy }) {
      const item = drawn.get(decidedBy ?? -1)?.item
      item?.classList.add(landed ? 'lost' : 'held')
    },
    remark(text) {
      note.textContent = text
    },
  }
}

/**
 * @param {Step} step
 * @param {() => void} show
 */
function makeStep(step, show) {
  const { index, from, to, request, carries, answer, status = 0, stolen } = step
  const asked = carries === '' ? request : `${request}, with ${carries}`
  const name = `${index + 1}. ${from} to ${to}: ${asked}. ${answer === undefined ? 'No answer yet' : `Answer: ${answer}`}`
  const button = make('button', { type: 'button', class: 'message', 'aria-label': name, tabindex: -1 }, [
    makeLine('request', request, carries),
    ...(answer === undefined ? [] : [makeLine('answer', answer, '')]),
  ])
  button.addEventListener('click', show)
  const theft =
    stolen === undefined
      ? []
      : [make('p', { class: 'theft' }, [make('strong', {}, ['EXFIL RECEIVED']), ' ', make('code', {}, [stolen])])]
  const tones = [from === 'attacker' ? 'by-attacker' : '', status >= 400 ? 'refused' : ''].filter(Boolean)
  return make('li', { class: ['step', ...tones].join(' ') }, [button, ...theft])
}

/**
 * @param {string} way
 * @param {string} text
 * @param {string} carries
 */
function makeLine(way, text, carries) {
  const label = make('span', { class: 'label' }, [text])
  if (carries !== '') label.append(make('span', { class: 'carries' }, [carries]))
  return make('span', { class: `line ${way}` }, [label, make('span', { class: 'arrow' })])
}

/**
 * @param {HTMLElement} item
 * @param {Step} step
 * @param {readonly string[]} lanes
 */
function place(item, { from, to }, lanes) {
  const [start, end] = [lanes.indexOf(from), lanes.indexOf(to)]
  const [low, high] = [Math.min(start, end), Math.max(start, end)]
  item.style.setProperty('--low', String(low))
  item.style.setProperty('--span', String(high - low))
  item.style.setProperty('--after', String(lanes.length - 1 - high))
  item.classList.toggle('leftward', start > end)
  // The label begins where the arrow does, or ends there: whichever leaves it more room.
  item.classList.toggle('to-the-right', low > lanes.length - 1 - high)
}

/** A word a line, and where a long one breaks in a narrow lane. @param {string} lane */
function hyphenate(lane) {
  return lane
    .replace(' ', '\n')
    .replace('authorization', 'authori\u00adzation')
    .replace('attestation', 'attes\u00adtation')
}

/** One stop of the Tab key; arrows, Home and End go on from there. @param {HTMLElement} list */
function walkWithArrows(list) {
  const buttons = () => [...list.querySelectorAll('button')]
  list.addEventListener('focusin', (event) => {
    for (const button of buttons()) button.tabIndex = button === event.target ? 0 : -1
  })
  list.addEventListener('keydown', (event) => {
    const all = buttons()
    const here = all.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement))
    const targets = new Map([
      ['ArrowDown', here + 1],
      ['ArrowUp', here - 1],
      ['Home', 0],
      ['End', all.length - 1],
    ])
    const target = all[targets.get(event.key) ?? -1]
    if (target === undefined) return
    event.preventDefault()
    target.focus()
  })
}
