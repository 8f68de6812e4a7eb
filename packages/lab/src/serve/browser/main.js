/** Puts the page together: an attack is chosen by the address, run by a button, changed by switches. */
import { listAttacks } from './attack-list.js'
import { layOutChecks } from './checks.js'
import { find } from './dom.js'
import { startRun } from './live-run.js'
import { setStage } from './stage.js'
import { tellStory } from './story.js'

/** @import { Catalogue } from '../catalogue.ts' */
/** @import { LiveRun } from './live-run.js' */

const answer = await fetch('/catalogue.json')
const catalogue = /** @type {Catalogue} */ (await answer.json())
const attacks = catalogue.groups.flatMap((group) => group.attacks)

/** @type {{ run: LiveRun, kind: 'one' | 'all' } | undefined} */
let current
let [attack] = attacks
let way = 0

const markChosen = listAttacks(catalogue)
const stage = setStage(() => (current?.kind === 'one' ? stop() : runOne()))
const checks = layOutChecks(catalogue, { changed: restage, sweep: () => (current?.kind === 'all' ? stop() : runAll()) })

addEventListener('hashchange', () => {
  if (choose()) find('attack').focus({ preventScroll: true })
})
if (!choose()) show()

/** Reads the address, such as `#T4`, or `#T4.2` for its second way; yields whether that names another than before. */
function choose() {
  const [id, number = '1'] = decodeURIComponent(location.hash.slice(1)).split('.')
  const chosen = attacks.find((each) => each.id === id)
  // The skip link: a place in the page, and no attack.
  if (id === 'attack') return false
  attack = chosen ?? attacks[0]
  way = Math.min(Math.max(0, Number.parseInt(number, 10) - 1 || 0), (attack?.variants.length ?? 1) - 1)
  show()
  scrollTo({ top: 0 })
  return true
}

function show() {
  if (attack === undefined) return
  document.title = `${attack.id} · The lab · Countersign`
  markChosen(attack.id)
  tellStory(attack, way, (chosen) => {
    way = chosen
    history.replaceState(null, '', `#${attack?.id}.${chosen + 1}`)
    showStage()
  })
  showStage()
  checks.offer(attack.variants.flatMap(({ lacks }) => lacks))
}

/** Whatever ran there is not what is shown any more. */
function showStage() {
  const variant = attack?.variants[way]
  if (variant === undefined) return
  if (current?.kind === 'one') stop()
  stage.clear({ variant, without: checks.chosen() })
}

/** With other checks, what was seen is not so any more. */
function restage() {
  stop()
  showStage()
}

function stop() {
  current?.run.stop()
  if (current?.kind === 'one') stage.over('Stopped.')
  if (current?.kind === 'all') checks.endSweep('Stopped.')
  current = undefined
}

function runOne() {
  if (attack === undefined) return
  showStage()
  stop()
  stage.begin()
  const wanted = { attack: attack.id, variant: way, without: checks.chosen() }
  current = { kind: 'one', run: startRun(wanted, follow(stage.tell), (why) => end(() => stage.over(why))) }
}

function runAll() {
  stop()
  checks.beginSweep()
  const wanted = { without: checks.chosen() }
  current = { kind: 'all', run: startRun(wanted, follow(checks.tell), (why) => end(() => checks.endSweep(why))) }
}

/** @param {(event: import('../events.ts').LabEvent) => void} tell */
function follow(tell) {
  return (/** @type {import('../events.ts').LabEvent} */ event) => {
    tell(event)
    if (event.type === 'over') end(() => checks.endSweep(''))
  }
}

/** @param {() => void} tidy */
function end(tidy) {
  current = undefined
  tidy()
}
