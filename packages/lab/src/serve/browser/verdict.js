/** What came of it, in words and in a colour: red where the attacker wins, green where the defence holds. */
import { make } from './dom.js'

/** @import { Outcome } from '../events.ts' */

/**
 * @typedef {object} Verdict
 * @property {'lost' | 'held' | 'odd'} tone
 * @property {string} words
 * @property {string} detail
 */

/**
 * Judges an outcome; `expected` is the code that stops the attack at the hardened server.
 *
 * @param {Outcome} outcome
 * @param {string} expected
 * @returns {Verdict}
 */
export function judge({ landed, stoppedAsExpected, status, code, failure }, expected) {
  const detail = [status, code].filter(Boolean).join(' ')
  if (failure !== undefined) return { tone: 'odd', words: 'It could not be told', detail: failure }
  if (landed) return { tone: 'lost', words: 'The attacker wins', detail }
  if (stoppedAsExpected) return { tone: 'held', words: 'The defence holds', detail }
  return { tone: 'held', words: `Stopped, though not by ${expected}`, detail }
}

/**
 * Writes it down.
 *
 * @param {Verdict} verdict
 */
export function makeVerdict({ tone, words, detail }) {
  return make('p', { class: `verdict ${tone}` }, [make('strong', {}, [words]), ' ', make('code', {}, [detail])])
}
