/** Spend keys, as text a base64url SHA-256 digest, as four machine words of which the memory ledger keeps them. */
import type { KeyWords } from './key-table.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const DIGEST_LENGTH = 43
const UNKNOWN = 64

const VALUES = new Uint8Array(128).fill(UNKNOWN)
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value

/**
 * Takes a key from `spendKey`; yields 128 of its 256 bits. Two keys that agree in them count as one, which nobody
 * meets by chance, and which whoever looks for it (2^64 digests) gains nothing by: the second use is refused.
 * Throws for a text that is no such digest.
 */
export function parseKeyWords(key: string): KeyWords {
  if (key.length !== DIGEST_LENGTH) throw malformed()
  const first = word(key, 0)
  const words: KeyWords = [first === 0 ? 1 : first, word(key, 6), word(key, 12), word(key, 18)]
  return words
}

/** 32 of the 36 bits of six characters. */
function word(key: string, start: number): number {
  let bits = 0
  for (let i = start; i < start + 6; i++) {
    const value = VALUES[key.charCodeAt(i)] ?? UNKNOWN
    if (value === UNKNOWN) throw malformed()
    bits = (bits << 6) | value
  }
  return bits >>> 0
}

function malformed(): TypeError {
  return new TypeError('A spend key is a base64url SHA-256 digest; make it with spendKey().')
}
