/** A set of 128-bit keys in typed arrays: open addressing, linear probing, no object per key. */

/** A key as four 32-bit words, not all of them zero. */
export type KeyWords = readonly [number, number, number, number]

const WORDS = 4
/** A table grows a shard at a time, so that growing stops nobody for longer than a shard takes. */
const SHARDS = 256
const SMALLEST_SHARD = 16
const MOST_LOAD = 0.65

/**
 * Multipliers drawn once for each process. The keys are digests, but whoever picks what is digested can try until
 * many digests share their leading bits, and would then fill one stretch of the table; without these numbers nobody
 * knows which bits to aim at.
 */
const [SEED_0 = 1, SEED_1 = 1, SEED_2 = 1, SEED_3 = 1] = crypto.getRandomValues(new Uint32Array(WORDS))

/** One part of a table: as many slots of four words as a power of two. An empty slot is all zeros. */
interface Shard {
  slots: Uint32Array
  count: number
}

/** Keys are added, and only all of them together taken out again. */
export class KeyTable {
  readonly #shards: Shard[] = Array.from({ length: SHARDS }, () => makeShard(SMALLEST_SHARD))
  #count = 0

  /** How many keys there are. */
  get count(): number {
    return this.#count
  }

  /** Is the key in the table? */
  has(key: KeyWords): boolean {
    const hash = hashKey(key)
    const { slots } = this.#shardOf(hash)
    return !isEmpty(slots, findSlot(slots, hash, key))
  }

  /** Adds a key; adding it again changes nothing. */
  add(key: KeyWords): void {
    const hash = hashKey(key)
    const shard = this.#shardOf(hash)
    const at = findSlot(shard.slots, hash, key)
    if (!isEmpty(shard.slots, at)) return
    shard.slots.set(key, at)
    shard.count++
    this.#count++
    if (shard.count > (shard.slots.length / WORDS) * MOST_LOAD) growShard(shard)
  }

  /** Empties the table. Its memory is kept where about as many keys will come again, and given back where it is far too much. */
  clear(): void {
    for (const shard of this.#shards) {
      const isFarTooLarge = shard.slots.length / WORDS > Math.max(SMALLEST_SHARD, shard.count * 8)
      if (isFarTooLarge) shard.slots = new Uint32Array(shard.slots.length / 2)
      else shard.slots.fill(0)
      shard.count = 0
    }
    this.#count = 0
  }

  #shardOf(hash: number): Shard {
    const shard = this.#shards[hash >>> 24]
    if (shard === undefined) throw new RangeError('A hash has 32 bits.')
    return shard
  }
}

function makeShard(size: number): Shard {
  return { slots: new Uint32Array(size * WORDS), count: 0 }
}

function growShard(shard: Shard): void {
  const old = shard.slots
  const slots = new Uint32Array(old.length * 2)
  for (let at = 0; at < old.length; at += WORDS) {
    if (isEmpty(old, at)) continue
    const key: KeyWords = [old[at] ?? 0, old[at + 1] ?? 0, old[at + 2] ?? 0, old[at + 3] ?? 0]
    slots.set(key, findSlot(slots, hashKey(key), key))
  }
  shard.slots = slots
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
