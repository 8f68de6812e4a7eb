/** Attestations whose signature was verified, by their exact text: an agent shows the same one with every call. */
import type { ReadText } from './presented.ts'

/** A bounded map, the least recently used out first; only what a signature vouches for may be put in. */
export class TextCache {
  readonly #held = new Map<string, ReadText>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(text: string): ReadText | undefined {
    const found = this.#held.get(text)
    // Order matters only once there is a chance to be put out.
    if (found !== undefined && this.#held.size > this.#capacity / 2) {
      this.#held.delete(text)
      this.#held.set(text, found)
    }
    return found
  }

  set(text: string, read: ReadText): void {
    this.#held.set(text, read)
    if (this.#held.size <= this.#capacity) return
    const [oldest] = this.#held.keys()
    if (oldest !== undefined) this.#held.delete(oldest)
  }

  delete(text: string): void {
    this.#held.delete(text)
  }
}
