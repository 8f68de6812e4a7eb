/** The list of attacks: grouped, searched, walked through with the arrow keys. */
import { find, make } from './dom.js'

/** @import { AttackStory, Catalogue } from '../catalogue.ts' */

/**
 * Lists them; yields what marks one as chosen.
 *
 * @param {Catalogue} catalogue
 * @returns {(chosen: string) => void}
 */
export function listAttacks({ groups }) {
  const entries = groups.flatMap(({ attacks }) => attacks.map((attack) => ({ attack, item: makeItem(attack) })))
  const sections = groups.map(({ title, attacks }, index) => {
    const heading = make('h2', { id: `group-${index}` }, [title])
    const items = entries.filter(({ attack }) => attacks.includes(attack)).map(({ item }) => item)
    return make('section', {}, [heading, make('ul', { 'aria-labelledby': heading.id }, items)])
  })
  find('attacks').append(...sections)
  followSearch(entries, sections)
  walkWithArrows(find('attacks'))
  openOnWideScreens()
  return (chosen) => {
    for (const { attack, item } of entries) {
      const link = item.firstElementChild
      if (attack.id === chosen) {
        link?.setAttribute('aria-current', 'page')
        link?.scrollIntoView({ block: 'nearest' })
      } else link?.removeAttribute('aria-current')
    }
  }
}

/** @param {AttackStory} attack */
function makeItem({ id, title }) {
  const link = make('a', { href: `#${id}` }, [make('span', { class: 'id' }, [id]), make('span', {}, [title])])
  return make('li', {}, [link])
}

/**
 * @param {readonly { attack: AttackStory, item: HTMLElement }[]} entries
 * @param {readonly HTMLElement[]} sections
 */
function followSearch(entries, sections) {
  const field = /** @type {HTMLInputElement} */ (find('search'))
  field.addEventListener('input', () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean)
    for (const { attack, item } of entries) item.hidden = !words.every((word) => textOf(attack).includes(word))
    for (const section of sections) section.hidden = section.querySelector('li:not([hidden])') === null
    const count = entries.filter(({ item }) => !item.hidden).length
    find('found').textContent = words.length === 0 ? '' : `${count} of ${entries.length} attacks`
  })
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
    event.preventDefault()
    const first = entries.find(({ item }) => !item.hidden)?.item.querySelector('a')
    if (event.key === 'Enter') first?.click()
    else first?.focus()
  })
}

/** @param {AttackStory} attack */
function textOf({ id, title, needs, steps, variants }) {
  const ways = variants.flatMap((variant) => [variant.title, variant.stoppedBy, ...variant.lacks])
  return [id, title, needs, ...steps, ...ways].join(' ').toLowerCase()
}

/** @param {HTMLElement} list */
function walkWithArrows(list) {
  list.addEventListener('keydown', (event) => {
    const way = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (way === 0) return
    const links = [...list.querySelectorAll('a')].filter((link) => link.closest('[hidden]') === null)
    const next = links[links.indexOf(/** @type {HTMLAnchorElement} */ (document.activeElement)) + way]
    event.preventDefault()
    ;(next ?? find('search')).focus()
  })
}

/** Beside the attack there is room for the list; above it there is not, once one is chosen. */
function openOnWideScreens() {
  const isWide = matchMedia('(min-width: 60rem)')
  const details = /** @type {HTMLDetailsElement} */ (find('catalogue'))
  const follow = () => {
    details.open = isWide.matches
  }
  isWide.addEventListener('change', follow)
  details.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('a') !== null) follow()
  })
  follow()
}
