/** A set of 128-bit keys in one typed array: open addressing, linear probing, no object per key. */

/** A key as four 32-bit words. */
export type KeyWords = readonly [number, number, number, number]

const WORDS = 4
const SMALLEST = 1024
const MOST_LOAD = 0.6

/**
 * Multipliers drawn once for each process. The keys are digests, but whoever picks what is digested can try until
 * many digests share their leading bits, and would then fill one stretch of the table; without these numbers nobody
 * knows which bits to aim at.
 */
const SEED = crypto.getRandomValues(new Uint32Array(WORDS)).map((word) => word | 1)

/** Keys are added and never taken out; the whole table is dropped instead. */
export class KeyTable {
  #slots: Uint32Array
  #mask: number
  #count = 0

  /** `expected` is how many keys there will probably be; the table grows beyond that when it must. */
  constructor(expected = 0) {
    const size = sizeFor(expected)
    this.#slots = new Uint32Array(size * WORDS)
    this.#mask = size - 1
  }

  get count(): number {
    return this.#count
  }

  has(key: KeyWords): boolean {
    return !isEmpty(this.#slots, this.#find(key))
  }

  /** Adds a key; adding it again changes nothing. */
  add(key: KeyWords): void {
    if (this.#count + 1 > (this.#mask + 1) * MOST_LOAD) this.#grow()
    const at = this.#find(key)
    if (!isEmpty(this.#slots, at)) return
    this.#slots.set(key, at)
    this.#count++
  }

  /** Where the key is, or the empty slot where it would go. */
  #find(key: KeyWords): number {
    const slots = this.#slots
    let slot = hash(key[0], key[1], key[2], key[3]) & this.#mask
    for (;;) {
      const at = slot * WORDS
      if (isEmpty(slots, at)) return at
      if (slots[at] === key[0] && slots[at + 1] === key[1] && slots[at + 2] === key[2] && slots[at + 3] === key[3]) {
        return at
      }
      slot = (slot + 1) & this.#mask
    }
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(old.length * 2)
    this.#mask = this.#mask * 2 + 1
    for (let at = 0; at < old.length; at += WORDS) {
      if (isEmpty(old, at)) continue
      const key: KeyWords = [old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0, old[at + 3] ?? 0]
      this.#slots.set(key, this.#find(key))
    }
  }
}

/** An empty slot is all zeros, so the key of all zeros (one in 2^128) is no key: see `parseKeyWords`. */
function isEmpty(slots: Uint32Array, at: number): boolean {
  return slots[at] === 0 && slots[at + 1] === 0 && slots[at + 2] === 0 && slots[at + 3] === 0
}

function hash(a: number, b: number, c: number, d: number): number {
  const sum =
    Math.imul(a, SEED[0] ?? 1) + Math.imul(b, SEED[1] ?? 1) + Math.imul(c, SEED[2] ?? 1) + Math.imul(d, SEED[3] ?? 1)
  // The high bits of a product depend on all bits of its factors, the low ones do not: fold them down.
  return (sum ^ (sum >>> 15)) >>> 0
}

function sizeFor(expected: number): number {
  let size = SMALLEST
  while (expected > size * MOST_LOAD) size *= 2
  return size
}
