/** A set of 128-bit keys in typed arrays: open addressing, linear probing, no object per key. */

/** A key as four 32-bit words, not all of them zero. */
export type KeyWords = readonly [number, number, number, number]

const WORDS = 4
/** A table grows a shard at a time, so that growing stops nobody for longer than a shard takes. */
const SHARDS = 256
/** The high bits of a hash say which shard, the low ones where in it. */
const SHARD_SHIFT = 24
const SMALLEST_SHARD = 16
const MOST_LOAD = 0.65

/**
 * Multipliers drawn once for each process. The keys are digests, but whoever picks what is digested can try until
 * many digests share their leading bits, and would then fill one stretch of the table; without these numbers nobody
 * knows which bits to aim at.
 */
const [SEED_0 = 1, SEED_1 = 1, SEED_2 = 1, SEED_3 = 1] = crypto.getRandomValues(new Uint32Array(WORDS))

/** Keys are added, and only all of them together taken out again. */
export class KeyTable {
  /** Of each shard its slots of four words, as many as a power of two. An empty slot is all zeros. */
  readonly #shards: Uint32Array[] = Array.from({ length: SHARDS }, () => new Uint32Array(SMALLEST_SHARD * WORDS))
  readonly #counts = new Uint32Array(SHARDS)
  #count = 0

  /** How many keys there are. */
  get count(): number {
    return this.#count
  }

  /** Is the key in the table? */
  has(key: KeyWords): boolean {
    const hash = hashKey(key)
    const slots = this.#slotsOf(hash >>> SHARD_SHIFT)
    return !isEmpty(slots, findSlot(slots, hash, key))
  }

  /** Adds a key; adding it again changes nothing. */
  add(key: KeyWords): void {
    const hash = hashKey(key)
    const shard = hash >>> SHARD_SHIFT
    const slots = this.#slotsOf(shard)
    const at = findSlot(slots, hash, key)
    if (!isEmpty(slots, at)) return
    slots.set(key, at)
    this.#count++
    const count = (this.#counts[shard] ?? 0) + 1
    this.#counts[shard] = count
    if (count > (slots.length / WORDS) * MOST_LOAD) this.#shards[shard] = enlarge(slots)
  }

  /** Empties the table. Its memory is kept where about as many keys will come again, and given back where it is far too much. */
  clear(): void {
    for (const [shard, slots] of this.#shards.entries()) {
      const isFarTooLarge = slots.length / WORDS > Math.max(SMALLEST_SHARD, (this.#counts[shard] ?? 0) * 8)
      if (isFarTooLarge) this.#shards[shard] = new Uint32Array(slots.length / 2)
      else slots.fill(0)
    }
    this.#counts.fill(0)
    this.#count = 0
  }

  #slotsOf(shard: number): Uint32Array {
    const slots = this.#shards[shard]
    if (slots === undefined) throw new RangeError('A hash has 32 bits.')
    return slots
  }
}

/** The same keys with twice the room. */
function enlarge(old: Uint32Array): Uint32Array {
  const slots = new Uint32Array(old.length * 2)
  for (let at = 0; at < old.length; at += WORDS) {
    if (isEmpty(old, at)) continue
    const key: KeyWords = [old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0, old[at + 3] ?? 0]
    slots.set(key, findSlot(slots, hashKey(key), key))
  }
  return slots
}

/** Where the key is, or the empty slot where it would go. There always is an empty one. */
function findSlot(slots: Uint32Array, hash: number, key: KeyWords): number {
  const mask = slots.length / WORDS - 1
  const [a, b, c, d] = key
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const at = slot * WORDS
    if (isEmpty(slots, at)) return at
    if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d) return at
  }
}

function isEmpty(slots: Uint32Array, at: number): boolean {
  return slots[at] === 0 && slots[at + 1] === 0 && slots[at + 2] === 0 && slots[at + 3] === 0
}

function hashKey([a, b, c, d]: KeyWords): number {
  const sum =
    (Math.imul(a, SEED_0 | 1) + Math.imul(b, SEED_1 | 1) + Math.imul(c, SEED_2 | 1) + Math.imul(d, SEED_3 | 1)) | 0
  // The high bits of a product depend on all bits of its factors, the low ones do not: fold them down.
  return (sum ^ (sum >>> 15)) >>> 0
}
