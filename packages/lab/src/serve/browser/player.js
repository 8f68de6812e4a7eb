/** Shows steps one after the other, at a pace that eyes can follow. */
import { prefersStillness } from './dom.js'

/** Milliseconds from one message to the next, and for all of a long run together. */
const PACE = 320
const LONGEST = 5_000

/**
 * Takes what is to be shown and shows it in that order.
 *
 * @typedef {object} Player
 * @property {(show: () => void) => void} add
 * @property {() => void} stop Shows nothing more.
 */

/** @returns {Player} */
export function createPlayer() {
  /** @type {(() => void)[]} */
  const waiting = []
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const next = () => {
    waiting.shift()?.()
    timer = waiting.length === 0 ? undefined : setTimeout(next, Math.min(PACE, LONGEST / waiting.length))
  }
  return {
    add(show) {
      if (prefersStillness()) {
        show()
        return
      }
      waiting.push(show)
      timer ??= setTimeout(next, 0)
    },
    stop() {
      clearTimeout(timer)
      waiting.length = 0
    },
  }
}
