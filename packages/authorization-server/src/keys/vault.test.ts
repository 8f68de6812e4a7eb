import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createVault } from './vault.ts'

const key = randomBytes(32)
const other = randomBytes(32)
const secret = Buffer.from('a secret that nobody may read')

describe('a secret at rest (AES-256-GCM)', () => {
  it('lies there in clear without a key, and not with one', () => {
    expect(Buffer.from(createVault(undefined, true).seal('a', secret).value)).toEqual(secret)
    const sealed = createVault({ key }, true).seal('a', secret)
    expect(Buffer.from(sealed.value).includes(secret.subarray(0, 8))).toBe(false)
    expect(createVault({ key }, true).open(sealed)).toEqual(secret)
  })

  it('is opened under its own name, unchanged and with its own key alone', () => {
    const vault = createVault({ key }, true)
    const sealed = vault.seal('a', secret)
    expect(() => vault.open({ ...sealed, name: 'b' })).toThrow('was changed')
    fc.assert(
      fc.property(fc.nat(sealed.value.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const value = Uint8Array.from(sealed.value)
        value[place] = (value[place] ?? 0) ^ change
        expect(() => vault.open({ ...sealed, value })).toThrow('was changed')
      }),
    )
    for (const length of [0, 11, 27, sealed.value.length - 1]) {
      expect(() => vault.open({ ...sealed, value: sealed.value.subarray(0, length) })).toThrow('was changed')
    }
    expect(() => createVault({ key: other }, true).open(sealed)).toThrow('encryption.previous')
    expect(() => createVault(undefined, true).open(sealed)).toThrow('Give the key as `encryption`')
  })

  it('never looks the same twice', () => {
    const vault = createVault({ key }, true)
    expect(vault.seal('a', secret).value).not.toEqual(vault.seal('a', secret).value)
  })

  it('goes over to a new key as long as the old one is there', () => {
    const old = createVault({ key }, true).seal('a', secret)
    const vault = createVault({ key: other, previous: [key] }, true)
    expect(vault.isCurrent(old)).toBe(false)
    const renewed = vault.seal('a', vault.open(old))
    expect(vault.isCurrent(renewed)).toBe(true)
    expect(createVault({ key: other }, true).open(renewed)).toEqual(secret)
  })

  it('in clear is taken where that may be, and else is somebody else’s', () => {
    const clear = createVault(undefined, true).seal('a', secret)
    expect(createVault({ key }, true).open(clear)).toEqual(secret)
    expect(() => createVault({ key }, false).open(clear)).toThrow('in clear')
  })

  it('is not kept under what is no key', () => {
    for (const wrong of [Buffer.alloc(32), randomBytes(31), randomBytes(33), Buffer.alloc(0)]) {
      expect(() => createVault({ key: wrong }, true)).toThrow('openssl rand')
      expect(() => createVault({ key, previous: [wrong] }, true)).toThrow('openssl rand')
    }
  })

  it('is quoted by no message', () => {
    const sealed = createVault({ key }, true).seal('a', secret)
    try {
      createVault({ key: other }, true).open(sealed)
    } catch (error) {
      for (const known of [key, other]) {
        expect(String(error)).not.toContain(known.toString('base64url'))
        expect(String(error)).not.toContain(known.toString('hex'))
      }
    }
    expect.assertions(2 * 2)
  })
})
