/** The story of an attack: what it needs, what happens, where it was told first, and the ways of doing it. */
import { find, make } from './dom.js'

/** @import { AttackStory, VariantStory } from '../catalogue.ts' */

const documents = {
  'token-talk': 'The token talk',
  'threat-analysis': 'The threat analysis',
  ours: 'Ours',
}

/**
 * Tells it; `choose` is told which way is chosen, by its index.
 *
 * @param {AttackStory} attack
 * @param {number} chosen
 * @param {(variant: number) => void} choose
 */
export function tellStory(attack, chosen, choose) {
  const { id, title, source, needs, steps, analog, variants } = attack
  find('story').replaceChildren(
    make('p', { class: 'id' }, [id]),
    make('h1', { id: 'title' }, [title]),
    make('div', { class: 'telling' }, [
      make(
        'ol',
        { 'aria-label': 'What happens' },
        steps.map((step) => make('li', {}, [step])),
      ),
      make('dl', {}, [
        ...makeFact('Needs', sentence(needs)),
        ...makeFact('Like', analog),
        ...makeFact('Source', `${documents[source.document]}: ${source.section}`),
      ]),
    ]),
    makeWays(variants, chosen, choose),
  )
}

/**
 * @param {string} term
 * @param {string} text
 */
function makeFact(term, text) {
  return [make('dt', {}, [term]), make('dd', {}, [text])]
}

/** @param {string} text */
function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/**
 * @param {readonly VariantStory[]} variants
 * @param {number} chosen
 * @param {(variant: number) => void} choose
 */
function makeWays(variants, chosen, choose) {
  const ways = variants.map(({ title, status, stoppedBy }, index) => {
    const radio = make('input', { type: 'radio', name: 'way', value: index, checked: index === chosen })
    radio.addEventListener('change', () => choose(index))
    const code = make('code', {}, [`${status} ${stoppedBy}`])
    return make('label', { class: 'way' }, [radio, make('span', {}, [title]), code])
  })
  const legend = make('legend', {}, [
    variants.length === 1 ? 'Done in one way, stopped by' : `Done in ${variants.length} ways, each stopped by its code`,
  ])
  return make('fieldset', { class: 'ways' }, [legend, ...ways])
}
