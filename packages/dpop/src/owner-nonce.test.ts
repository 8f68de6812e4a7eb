import { decodeBase64url, encodeBase64url } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNonceRing, type NonceRing } from './nonce-ring.ts'
import { isOwnerNonce } from './owner-nonce.ts'

const START = 1_800_000_000
const MINE = new Uint8Array(32).fill(1)
const THEIRS = new Uint8Array(32).fill(2)

const time = { now: START }
const clock = () => time.now
const createOwn = (secret: Uint8Array): NonceRing => createNonceRing({ secret, clock, owner: true })
const mine = createOwn(MINE)
const theirs = createOwn(THEIRS)

describe("an owner's nonce", () => {
  it('is told from a shared one by its length, and has the syntax of RFC 9449 §8.1', async () => {
    expect(isOwnerNonce(await mine.current())).toBe(true)
    expect(await mine.current()).toMatch(/^[\x21\x23-\x5b\x5d-\x7e]{43}$/)
    expect(isOwnerNonce(await createNonceRing({ clock }).current())).toBe(false)
  })

  it('is good with its owner, whose proofs are spent in its own memory', async () => {
    expect(await mine.accepts(await mine.current())).toEqual({
      expires: START + 120,
      newest: true,
      issued: START - 5,
      place: 'owner',
    })
  })

  it('is good with whoever has the secret: the workers of one host', async () => {
    expect(await createOwn(MINE).accepts(await mine.current())).toMatchObject({ place: 'owner' })
  })

  it('is none of a ring that shares the same secret with everybody, nor the other way round', async () => {
    const shared = createNonceRing({ secret: MINE, clock })
    expect(await shared.accepts(await mine.current())).toBeUndefined()
    expect(await mine.accepts(await shared.current())).toBeUndefined()
  })

  it('of another owner is known for what it is, for as long as that owner takes it', async () => {
    const nonce = await theirs.current()
    expect(await mine.accepts(nonce)).toBe('elsewhere')
    time.now = START + 119.9
    expect(await mine.accepts(nonce)).toBe('elsewhere')
    time.now = START + 120
    expect(await mine.accepts(nonce)).toBeUndefined()
    time.now = START
  })

  it('of another owner whose clock is a little ahead is one of now, and of one that is far ahead is not', async () => {
    const nonce = await theirs.current()
    time.now = START - 5
    expect(await mine.accepts(nonce)).toBe('elsewhere')
    time.now = START - 6
    expect(await mine.accepts(nonce)).toBeUndefined()
    time.now = START
  })

  it('says nothing about the secret but which it is: the tag of the same secret is the same', async () => {
    const tagOf = async (ring: NonceRing) => decodeBase64url(await ring.current())?.subarray(8, 16)
    expect(await tagOf(createOwn(MINE))).toEqual(await tagOf(mine))
    expect(await tagOf(theirs)).not.toEqual(await tagOf(mine))
  })

  it('is unknown with any octet of its step or MAC changed, and never good with one of its tag', async () => {
    const octets = decodeBase64url(await mine.current()) ?? new Uint8Array()
    for (let at = 0; at < octets.length; at++) {
      const changed = Uint8Array.from(octets)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(await mine.accepts(encodeBase64url(changed))).toBe(at >= 8 && at < 16 ? 'elsewhere' : undefined)
    }
  })

  it('is not found in any other text', async () => {
    const anyOctets = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((octets) => encodeBase64url(octets))
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.string({ minLength: 43, maxLength: 43 }), anyOctets), async (text) => {
        expect(await mine.accepts(text)).toBeUndefined()
      }),
    )
  })
})
