/** The keys of proofs, by the exact header segment that they came in: each is parsed and imported once. */
import type { VerifyKey } from '@countersign/core'

/**
 * A bounded map, the least recently used out first. One segment for each key: whoever varies what else a header may
 * say fills one place, not all of them. Only what a signature vouches for may be put in.
 */
export class KeyCache {
  readonly #keys = new Map<string, VerifyKey>()
  readonly #segments = new Map<string, string>()
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(segment: string): VerifyKey | undefined {
    const key = this.#keys.get(segment)
    // Order matters only once there is a chance to be put out.
    if (key !== undefined && this.#keys.size > this.#capacity / 2) {
      this.#keys.delete(segment)
      this.#keys.set(segment, key)
    }
    return key
  }

  set(segment: string, key: VerifyKey): void {
    const name = `${key.algorithm} ${key.thumbprint}`
    const former = this.#segments.get(name)
    if (former !== undefined) this.#keys.delete(former)
    this.#keys.set(segment, key)
    this.#segments.set(name, segment)
    if (this.#keys.size <= this.#capacity) return
    const [oldest] = this.#keys
    if (oldest === undefined) return
    this.#keys.delete(oldest[0])
    this.#segments.delete(`${oldest[1].algorithm} ${oldest[1].thumbprint}`)
  }
}
