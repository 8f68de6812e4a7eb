/** Ids with the time until which they are kept, forgotten by the tableful and never one by one. */
import { KeyTable, type KeyWords } from './key-table.ts'

/** Ids that came one after another, and are forgotten together once the last of them has run out. */
interface Generation {
  readonly keys: KeyTable
  readonly born: number
  /** The longest time for which one of them is kept, seconds. */
  retention: number
  until: number
}

/**
 * A generation takes ids in for half of the time that they are kept, so that at most half as much again is held as
 * what lives. With two generations taking turns it would be twice as much; with more than a few, looking an id up in
 * each of them, each time somewhere else in memory, would cost more than it saves.
 */
const SLICES = 2
const SHORTEST_SLICE = 1
/** Seconds by which the clock may be set back without anything being refused for it. */
const SETBACK = 10
/** Never reached but by a clock that runs to and fro. */
const MOST_GENERATIONS = 64

/** A set of ids, each of them kept at least until its time. */
export class Generations {
  readonly #generations: Generation[] = []
  #spare: KeyTable | undefined
  /** Every id that has been forgotten had run out by then. */
  #forgotten = Number.NEGATIVE_INFINITY

  /** How many ids are held, living or not yet forgotten. */
  get count(): number {
    let count = 0
    for (const { keys } of this.#generations) count += keys.count
    return count
  }

  /** Is the id held? */
  has(key: KeyWords): boolean {
    for (const { keys } of this.#generations) if (keys.has(key)) return true
    return false
  }

  /** Holds an id; `turn` must have been called with the same `now`. */
  add(key: KeyWords, until: number, now: number): void {
    const newest = this.#generations.at(-1)
    if (newest === undefined) throw new Error('There is no generation before the first turn.')
    newest.keys.add(key)
    newest.until = Math.max(newest.until, until)
    newest.retention = Math.max(newest.retention, until - now)
  }

  /**
   * Forgets what has run out, and begins a generation when it is time for one. Throws when the clock stands before a
   * time up to which ids are forgotten: nobody can say any more what was spent then.
   */
  turn(now: number): void {
    if (!(now > this.#forgotten)) {
      throw new Error(
        'The clock of the memory ledger was set back beyond what is forgotten already; it answers again when that time has passed.',
      )
    }
    this.#forget(now)
    const newest = this.#generations.at(-1)
    if (newest !== undefined && !isComplete(newest, now)) return
    if (this.#generations.length === MOST_GENERATIONS) return
    this.#generations.push({ keys: this.#spare ?? new KeyTable(), born: now, retention: 0, until: now })
    this.#spare = undefined
  }

  #forget(now: number): void {
    for (let index = this.#generations.length - 1; index >= 0; index--) {
      const generation = this.#generations[index]
      if (generation === undefined || generation.until + SETBACK >= now) continue
      this.#generations.splice(index, 1)
      this.#forgotten = Math.max(this.#forgotten, generation.until)
      // Used again for the next one: a table of its own would take as much memory once more, until this is collected.
      generation.keys.clear()
      this.#spare = generation.keys
    }
  }
}

/** Is it time for another generation? Also when the clock was set back, lest ids wait for a time that lies far ahead. */
function isComplete({ born, retention }: Generation, now: number): boolean {
  return now - born >= Math.max(SHORTEST_SLICE, retention / SLICES) || now < born - SETBACK
}
