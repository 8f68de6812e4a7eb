/** Attestations whose signature was verified, by their exact text: an agent shows the same one with every call. */
import type { ReadText } from './presented.ts'

interface Held {
  readonly text: string
  readonly read: ReadText
}

/**
 * Characters of the signature that a text is looked up by, and then compared in full: a text comes anew with every
 * request, and a digest of a kilobyte costs more than comparing it.
 */
const ENDING = 32

/** A bounded map, the least recently used out first; only what a signature vouches for may be put in. */
export class TextCache {
  readonly #held = new Map<string, Held>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(text: string): ReadText | undefined {
    const ending = text.slice(-ENDING)
    const found = this.#held.get(ending)
    if (found === undefined || found.text !== text) return undefined
    // Order matters only once there is a chance to be put out.
    if (this.#held.size > this.#capacity / 2) {
      this.#held.delete(ending)
      this.#held.set(ending, found)
    }
    return found.read
  }

  set(text: string, read: ReadText): void {
    this.#held.set(text.slice(-ENDING), { text, read })
    if (this.#held.size <= this.#capacity) return
    const [oldest] = this.#held.keys()
    if (oldest !== undefined) this.#held.delete(oldest)
  }

  delete(text: string): void {
    if (this.get(text) !== undefined) this.#held.delete(text.slice(-ENDING))
  }
}
