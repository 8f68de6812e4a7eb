/** The stage: both servers side by side, and what starts and stops the run. */
import { announce, announceBeside, find, make, makeButton, prefersStillness } from './dom.js'
import { createDrawing } from './drawing.js'
import { showExchange } from './exchange.js'
import { createPlayer } from './player.js'
import { judge, makeVerdict } from './verdict.js'

/** @import { LabEvent, Outcome } from '../events.ts' */
/** @import { Side } from '../../run-attack.ts' */
/** @import { VariantStory } from '../catalogue.ts' */

/**
 * What is on.
 *
 * @typedef {object} Showing
 * @property {VariantStory} variant
 * @property {readonly string[]} without Ids of what the hardened server lacks.
 */

const servers = { weakened: 'vuln-mcp', hardened: 'hardened-mcp' }

/**
 * Sets the stage; `press` is told that the run shall start, or stop.
 *
 * @param {() => void} press
 */
export function setStage(press) {
  const button = makeButton('Run the attack', 'go', press)
  const state = make('p', { class: 'state' })
  const sides = make('div', { class: 'sides' })
  find('stage').append(make('div', { class: 'controls' }, [button, state]), sides)

  /** @type {ReturnType<typeof createSide>[]} */
  let shown = []
  const over = (/** @type {string} */ text) => {
    button.textContent = 'Run it again'
    button.classList.remove('stop')
    state.textContent = text
  }

  return {
    /** Shows empty lanes. @param {Showing} showing */
    clear(showing) {
      for (const side of shown) side.stop()
      shown = [createSide('weakened', showing), createSide('hardened', showing)]
      sides.replaceChildren(...shown.map(({ element }) => element))
      button.textContent = 'Run the attack'
      button.classList.remove('stop')
      state.textContent = ''
    },
    begin() {
      button.textContent = 'Stop'
      button.classList.add('stop')
      state.textContent = 'Starting both servers …'
      find('stage').scrollIntoView({ behavior: prefersStillness() ? 'auto' : 'smooth', block: 'start' })
    },
    over,
    /** @param {LabEvent} event */
    tell(event) {
      if (event.type === 'waiting')
        state.textContent = `Waiting for ${event.ahead} other ${plural('run', event.ahead)} …`
      if (event.type === 'began') {
        state.textContent = 'Running …'
        announce('')
      }
      for (const side of shown) side.tell(event)
      if (event.type === 'over') over(endings[event.reason])
    },
  }
}

const endings = {
  done: '',
  stopped: 'Stopped.',
  out_of_time: 'It took too long and was ended.',
  failed: 'The run failed. What failed is on the terminal that the lab was started from.',
}

/**
 * @param {string} noun
 * @param {number} count
 */
function plural(noun, count) {
  return count === 1 ? noun : `${noun}s`
}

/**
 * @param {Side} side
 * @param {Showing} showing
 */
function createSide(side, { variant, without }) {
  const server = servers[side]
  const player = createPlayer()
  /** @type {Set<number>} */
  const told = new Set()
  const drawing = createDrawing(server, ['agent', server, 'attacker'], showExchange)
  const lacking = side === 'weakened' ? variant.lacks : without
  const foot = make('div', { class: 'foot' }, [make('p', { class: 'small' }, ['Nothing has been sent yet.'])])
  const element = make('section', { class: `side ${side}`, 'aria-label': `${words[side]} server` }, [
    make('header', {}, [make('h2', {}, [words[side]]), describeLack(side, lacking)]),
    drawing.element,
    foot,
  ])

  /** @param {Outcome} outcome */
  const decide = (outcome) => {
    const verdict = judge(outcome, variant.stoppedBy)
    drawing.decide(outcome)
    element.classList.add(verdict.tone)
    foot.replaceChildren(makeVerdict(verdict))
    announceBeside(`${words[side]} server: ${verdict.words}, ${verdict.detail}.`)
  }

  return {
    element,
    stop: () => player.stop(),
    /** @param {LabEvent} event */
    tell(event) {
      if (event.type === 'began') foot.replaceChildren()
      if (event.type === 'steps' && event.side === side) {
        for (const step of event.steps) player.add(() => drawing.draw(step))
        for (const { index } of event.steps) told.add(index)
        if (told.size < event.total) {
          player.add(() => drawing.remark(`${event.total} messages in all; some are left out.`))
        }
      }
      if (event.type === 'outcome' && event.side === side) player.add(() => decide(event.outcome))
    },
  }
}

const words = { weakened: 'Weakened', hardened: 'Hardened' }

/**
 * @param {Side} side
 * @param {readonly string[]} lacking
 */
function describeLack(side, lacking) {
  const codes = lacking.flatMap((id) => [' ', make('code', {}, [nameOf(id)])])
  if (lacking.length > 0) return make('p', { class: 'lack' }, ['lacks', ...codes])
  return make('p', { class: 'lack' }, [side === 'weakened' ? 'differs in one setting' : 'lacks nothing'])
}

/** @param {string} id */
function nameOf(id) {
  return id.slice(id.indexOf(':') + 1)
}
