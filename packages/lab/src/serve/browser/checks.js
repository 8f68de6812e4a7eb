/** What can be taken out of the hardened server, and which attacks land then. */
import { announce, find, make, makeButton } from './dom.js'
import { judge } from './verdict.js'

/** @import { AttackStory, Catalogue } from '../catalogue.ts' */
/** @import { LabEvent, Outcome } from '../events.ts' */

/**
 * Lays out the switches; `changed` is told that they were, `sweep` that all attacks shall be run.
 *
 * @param {Catalogue} catalogue
 * @param {{ changed: () => void, sweep: () => void }} listener
 */
export function layOutChecks({ groups, weaknesses }, { changed, sweep }) {
  const attacks = groups.flatMap((group) => group.attacks)
  const boxes = weaknesses.flatMap((group) => group.weaknesses.map(makeBox))
  const count = make('p', { class: 'state', role: 'status' })
  const results = make('ul', { class: 'results', 'aria-label': 'What lands' })
  const all = makeButton('Try every attack without them', 'plain', sweep)
  const back = makeButton('Put everything back', 'link', () => {
    for (const { box } of boxes) box.checked = false
    update()
    changed()
  })
  const chosen = () => boxes.filter(({ box }) => box.checked).map(({ id }) => id)
  const update = () => {
    const { length } = chosen()
    count.textContent = length === 0 ? 'Nothing is taken out.' : `${length} taken out.`
    back.hidden = length === 0
    for (const { group, number } of sections) {
      const taken = group.weaknesses.filter(({ id }) => chosen().includes(id)).length
      number.textContent = taken === 0 ? String(group.weaknesses.length) : `${taken} of ${group.weaknesses.length} out`
    }
  }
  const sections = weaknesses.map((group) => {
    const number = make('span', { class: 'small' })
    const labels = boxes.filter(({ id }) => group.weaknesses.some((each) => each.id === id)).map(({ label }) => label)
    const summary = make('summary', {}, [make('span', {}, [group.title]), ' ', number])
    return { group, number, element: make('details', {}, [summary, make('div', { class: 'boxes' }, labels)]) }
  })
  for (const { box } of boxes) {
    box.addEventListener('change', () => {
      update()
      changed()
    })
  }
  find('checks').append(
    make('h2', { id: 'checks-title' }, ['Take checks out of the hardened server']),
    make('p', { class: 'small' }, [
      'Then run the attack again, or try all of them, and see what lands. Marked is what the weakened server of this attack lacks.',
    ]),
    ...sections.map(({ element }) => element),
    make('div', { class: 'controls' }, [all, back, count]),
    results,
  )
  update()

  return {
    chosen,
    /** Offers what the weakened server lacks first. @param {readonly string[]} lacks */
    offer(lacks) {
      for (const { id, label } of boxes) label.classList.toggle('lacked', lacks.includes(id))
      for (const { group, element } of sections) {
        element.open = group.weaknesses.some(({ id }) => lacks.includes(id) || chosen().includes(id))
      }
    },
    beginSweep() {
      all.textContent = 'Stop'
      results.replaceChildren(...attacks.map(makePending))
    },
    /** @param {string} text */
    endSweep(text) {
      all.textContent = 'Try every attack without them'
      if (text !== '') count.textContent = text
    },
    /** @param {LabEvent} event */
    tell(event) {
      if (event.type === 'waiting') count.textContent = 'Waiting for another run …'
      if (event.type !== 'swept') return
      const index = attacks.findIndex(({ id }) => id === event.attack)
      const attack = attacks[index]
      if (attack === undefined) return
      results.children[index]?.replaceWith(makeResult(attack, event.outcomes))
      const done = results.querySelectorAll('.lost, .held, .odd').length
      const lost = results.querySelectorAll('.lost').length
      count.textContent = `${done} of ${attacks.length} tried: ${lost} ${lost === 1 ? 'lands' : 'land'}.`
      if (done === attacks.length) announce(count.textContent)
    },
  }
}

/** @param {{ id: string, words: string }} weakness */
function makeBox({ id, words }) {
  const box = make('input', { type: 'checkbox', value: id })
  const name = make('code', {}, [id.slice(id.indexOf(':') + 1)])
  return { id, box, label: make('label', { class: 'box' }, [box, make('span', {}, [words, ' ', name])]) }
}

/** @param {AttackStory} attack */
function makePending({ id, title }) {
  return make('li', {}, [make('a', { href: `#${id}`, title }, [make('span', { class: 'id' }, [id]), ' …'])])
}

/**
 * @param {AttackStory} attack
 * @param {readonly Outcome[]} outcomes
 */
function makeResult({ id, title, variants }, outcomes) {
  const tones = outcomes.map((outcome, index) => judge(outcome, variants[index]?.stoppedBy ?? '').tone)
  const first = tones.indexOf('lost')
  const tone = first !== -1 ? 'lost' : tones.includes('odd') ? 'odd' : 'held'
  const lost = tones.filter((each) => each === 'lost').length
  const words = {
    lost: tones.length > 1 ? `lands (${lost} of ${tones.length})` : 'lands',
    held: 'stopped',
    odd: 'unclear',
  }
  const way = first > 0 ? `.${first + 1}` : ''
  const link = make('a', { href: `#${id}${way}`, title }, [make('span', { class: 'id' }, [id]), ` ${words[tone]}`])
  return make('li', { class: tone }, [link])
}
