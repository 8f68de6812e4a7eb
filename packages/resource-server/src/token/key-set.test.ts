import { createFastVerifier } from '@countersign/core/node'
import { exportJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { createIssuer } from '../testing/issuer.test-fixture.ts'
import { createTokenReader, trust } from '../testing/token-reader.test-fixture.ts'
import { createKeySet } from './key-set.ts'

const one = await createIssuer()
const two = await createIssuer({ kid: 'key-2' })
const refused = { ok: false, rejection: { code: 'invalid_token', reason: 'unknown_key' } }
const readWith = (...keys: unknown[]) => createTokenReader([trust(one, { jwks: { keys } })])

describe('RFC 7517 §4.5: a token that names its key', () => {
  it('is judged by the key of that name', async () => {
    const read = readWith(one.publicJwk, two.publicJwk)
    expect(await read(await one.sign())).toMatchObject({ ok: true })
    expect(await read(await two.sign())).toMatchObject({ ok: true })
  })

  it.each(['key-9', 'KEY-1', '', '__proto__', 'constructor'])('that is not there is refused: %j', async (kid) => {
    expect(await readWith(one.publicJwk)(await one.sign({}, { kid }))).toEqual(refused)
  })

  it('that two keys have is refused: which is meant would be a guess', async () => {
    const read = readWith(one.publicJwk, { ...two.publicJwk, kid: 'key-1' })
    expect(await read(await one.sign())).toEqual(refused)
  })

  it('by something else than text is refused', async () => {
    const [, payload, signature] = (await one.sign()).split('.')
    const header = Buffer.from('{"alg":"Ed25519","typ":"at+jwt","kid":["key-1"]}').toString('base64url')
    const answer = await readWith(one.publicJwk)([header, payload, signature].join('.'))
    expect(answer).toEqual({ ok: false, rejection: { code: 'invalid_token', reason: 'kid' } })
  })
})

describe('RFC 7515 §4.1.4: a token that names no key', () => {
  it('means the one key that fits', async () => {
    const ec = await createIssuer({ algorithm: 'ES256', kid: 'key-3' })
    const read = readWith(one.publicJwk, ec.publicJwk)
    expect(await read(await one.sign({}, { kid: undefined }))).toMatchObject({ ok: true })
    expect(await read(await ec.sign({}, { kid: undefined }))).toMatchObject({ ok: true })
  })

  it('is refused where two keys fit', async () => {
    expect(await readWith(one.publicJwk, two.publicJwk)(await one.sign({}, { kid: undefined }))).toEqual(refused)
  })
})

describe('RFC 7517 §4: the members of a key', () => {
  it('one that is for encryption, for another algorithm or another use is passed over', async () => {
    for (const member of [{ use: 'enc' }, { use: 7 }, { alg: 'ES256' }, { alg: 'HS256' }]) {
      expect(await readWith({ ...one.publicJwk, ...member }, two.publicJwk)(await one.sign())).toEqual(refused)
    }
    expect(await readWith({ ...one.publicJwk, use: 'sig' })(await one.sign())).toMatchObject({ ok: true })
  })

  it('EdDSA and Ed25519 name one algorithm (RFC 9864 §2.2)', async () => {
    for (const alg of ['EdDSA', 'Ed25519', undefined]) {
      expect(await readWith({ ...one.publicJwk, alg })(await one.sign())).toMatchObject({ ok: true })
    }
  })

  it('a private key, a symmetric one and what is no key are passed over, and harm no others', async () => {
    const secret = { kty: 'oct', k: 'AAAA', kid: 'key-1' }
    const stray = [null, 7, 'key', [], {}, secret, { ...(await exportJWK(two.privateKey)), kid: 'key-1' }]
    expect(await readWith(...stray, one.publicJwk)(await one.sign())).toMatchObject({ ok: true })
  })

  it('a key that is no point of its curve refuses what claims to be signed with it', async () => {
    const ec = await createIssuer({ algorithm: 'ES256' })
    const broken = { ...ec.publicJwk, y: Buffer.alloc(32, 1).toString('base64url') }
    const answer = await readWith(broken)(await ec.sign())
    expect(answer).toEqual({ ok: false, rejection: { code: 'invalid_token', reason: 'key' } })
  })

  it('beyond the first hundred keys none is read', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => ({ ...two.publicJwk, kid: `other-${index}` }))
    expect(await readWith(...keys, one.publicJwk)(await one.sign())).toEqual(refused)
    expect(await readWith(...keys.slice(1), one.publicJwk)(await one.sign())).toMatchObject({ ok: true })
  })

  it('a key is imported once for each algorithm', async () => {
    const verifier = createFastVerifier()
    let imports = 0
    const counting: typeof verifier = {
      ...verifier,
      importKey(...key) {
        imports += 1
        return verifier.importKey(...key)
      },
    }
    const keys = createKeySet([one.publicJwk], counting)
    for (let use = 0; use < 5; use++) await keys.find('key-1', 'Ed25519')
    await keys.find('key-1', 'EdDSA')
    expect(imports).toBe(2)
  })
})
