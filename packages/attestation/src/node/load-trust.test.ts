import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLocalSigner, generateSigningJwk } from '../issue/signer.ts'
import { ISSUER, issuerKey, NOW } from '../testing/attestation.test-fixture.ts'
import { createKeyServer, KEYS_URL, keySet, signBundle } from '../testing/key-server.test-fixture.ts'
import { type LoadTrustOptions, loadTrust } from './load-trust.ts'
import { createTrustFolder } from './trust-folder.ts'

const root = await createLocalSigner(await generateSigningJwk())
const ENTRY = { issuer: ISSUER, level: 'provider', providers: ['anthropic'] }
const KEYS = { keys: [{ ...issuerKey.jwk, kid: 'k1' }] }
const BUNDLE = await signBundle(root)
const clock = () => NOW

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trust-'))
  path = join(folder, 'trust.json')
})
afterEach(() => rm(folder, { recursive: true }))

async function load(content: unknown, options: LoadTrustOptions = {}) {
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content))
  const trust = await loadTrust(path, { clock, ...options })
  const find = async (): Promise<string> => {
    const key = await trust.find(ISSUER)?.keys.find('k1', 'Ed25519')
    return key?.ok === true ? 'found' : `${key?.rejection.code} ${key?.rejection.reason}`
  }
  return { trust, find }
}

describe('a trust file', () => {
  it('is read once, with every member that there is', async () => {
    const full = {
      ...ENTRY,
      ...KEYS,
      algorithms: ['Ed25519'],
      trust_domain: 'anthropic.com',
      accept_unbound: true,
      legacy: true,
    }
    const { trust, find } = await load({ issuers: [full] })
    expect(trust.find(ISSUER)).toMatchObject({
      level: 'provider',
      providers: new Set(['anthropic']),
      algorithms: new Set(['Ed25519']),
      trustDomain: 'anthropic.com',
      acceptUnbound: true,
      legacy: true,
    })
    expect(await find()).toBe('found')
  })

  it.each([
    ['jwks_uri', { jwks_uri: KEYS_URL }, keySet({ k1: issuerKey.jwk })],
    ['bundle', { bundle: { url: KEYS_URL, root: root.publicJwk } }, BUNDLE],
    [
      'spiffe_bundle',
      { spiffe_bundle: { url: KEYS_URL } },
      JSON.stringify({ keys: [{ ...issuerKey.jwk, kid: 'k1', use: 'jwt-svid' }] }),
    ],
  ])('names %s as a place that keys come from', async (_member, source, answer) => {
    const { fetch } = createKeyServer(answer)
    const { find, trust } = await load({ issuers: [{ ...ENTRY, ...source }] }, { fetch })
    expect(await find()).toBe('found')
    trust.close()
  })

  it.each([
    ['no JSON', '{', /trust\.json is not JSON.*syntax/],
    ['a member twice', '{"issuers":[],"issuers":[]}', /duplicate_member/],
    ['a list', [], /trust\.json is a JSON object/],
    ['no issuers', {}, /issuers is missing/],
    ['a stray member', { issuers: [], issuer: [] }, /issuer is not a member that is known here/],
    [
      'a misspelt member',
      { issuers: [{ ...ENTRY, ...KEYS, acceptUnbound: true }] },
      /issuers\[0\]\.acceptUnbound is not a member.*accept_unbound/,
    ],
    [
      'no level',
      { issuers: [{ ...ENTRY, ...KEYS, level: undefined }] },
      /issuers\[0\]\.level is missing: "provider" or "enterprise"/,
    ],
    [
      'no level that there is',
      { issuers: [{ ...ENTRY, ...KEYS, level: 'none' }] },
      /issuers\[0\]\.level is "provider"/,
    ],
    [
      'providers in one text',
      { issuers: [{ ...ENTRY, ...KEYS, providers: 'anthropic' }] },
      /issuers\[0\]\.providers is a list/,
    ],
    ['HMAC', { issuers: [{ ...ENTRY, ...KEYS, algorithms: ['HS256'] }] }, /issuers\[0\]\.algorithms is some of/],
    ['no keys', { issuers: [ENTRY] }, /issuers\[0\] has exactly one of bundle, jwks_uri, keys and spiffe_bundle/],
    [
      'two places for keys',
      { issuers: [{ ...ENTRY, ...KEYS, jwks_uri: KEYS_URL }] },
      /issuers\[0\] has exactly one of/,
    ],
    [
      'a bundle without a root',
      { issuers: [{ ...ENTRY, bundle: { url: KEYS_URL } }] },
      /issuers\[0\]\.bundle\.root is missing/,
    ],
    [
      'a root of another kind',
      { issuers: [{ ...ENTRY, bundle: { url: KEYS_URL, root: { kty: 'oct' } } }] },
      /bundle root of https:\/\/anthropic\.com/,
    ],
    [
      'a stray member in a bundle',
      { issuers: [{ ...ENTRY, bundle: { url: KEYS_URL, root: {}, pin: true } }] },
      /issuers\[0\]\.bundle\.pin is not/,
    ],
    ['plain http', { issuers: [{ ...ENTRY, jwks_uri: 'http://keys.example' }] }, /over https/],
    ['a number for a yes', { issuers: [{ ...ENTRY, ...KEYS, legacy: 1 }] }, /issuers\[0\]\.legacy is true or false/],
    [
      'an issuer twice',
      {
        issuers: [
          { ...ENTRY, ...KEYS },
          { ...ENTRY, ...KEYS },
        ],
      },
      /names https:\/\/anthropic\.com twice/,
    ],
  ])('with %s is refused, and the message says where', async (_what, content, message) => {
    await expect(load(content)).rejects.toThrow(message)
  })

  it('with private keys is refused, without a word of them', async () => {
    const secret = await generateSigningJwk()
    const loading = load({ issuers: [{ ...ENTRY, keys: [secret] }] })
    await expect(loading).rejects.toThrow(/public P-256 or Ed25519/)
    await expect(loading).rejects.not.toThrow(String(secret.d))
  })
})

describe('what is remembered beside a trust file', () => {
  it('keeps a revoked key revoked over a restart', async () => {
    const content = { issuers: [{ ...ENTRY, ...KEYS }] }
    const { trust, find } = await load(content)
    expect(await find()).toBe('found')
    await trust.evict(ISSUER, issuerKey.thumbprint, 'key_compromise')
    expect(await (await load(content)).find()).toBe('invalid_token key_revoked')
  })

  it('refuses a bundle that is older than the one before the restart', async () => {
    const content = { issuers: [{ ...ENTRY, bundle: { url: KEYS_URL, root: root.publicJwk } }] }
    const { fetch, server } = createKeyServer(await signBundle(root, { sequence: 2, keys: [] }))
    const before = await load(content, { fetch })
    await before.trust.ready()
    before.trust.close()
    server.answer = await signBundle(root)
    const after = await load(content, { fetch })
    await after.trust.invalidate().catch(() => undefined)
    expect(await after.find()).toBe('keys_unavailable bundle_rollback')
    after.trust.close()
  })

  it('is one file for each issuer, for its owner’s eyes alone, replaced whole', async () => {
    const state = createTrustFolder(join(folder, 'state'))
    expect(await state.load(ISSUER)).toBeUndefined()
    await Promise.all(Array.from({ length: 20 }, (_, index) => state.save(ISSUER, `${index}`.repeat(1000))))
    await state.save('https://other.example/../../etc', 'x')
    const files = await readdir(join(folder, 'state'))
    expect(files).toHaveLength(2)
    for (const file of files) {
      expect(file).toMatch(/^[0-9a-f]{64}\.json$/)
      expect((await stat(join(folder, 'state', file))).mode & 0o777).toBe(0o600)
    }
    expect((await stat(join(folder, 'state'))).mode & 0o777).toBe(0o700)
    expect(new Set((await state.load(ISSUER)) ?? '').size).toBeLessThanOrEqual(2)
  })

  it('leaves the old file and no draft when the new one cannot be written', async () => {
    const state = createTrustFolder(folder)
    await state.save(ISSUER, 'old')
    const [file = ''] = await readdir(folder)
    await rm(join(folder, file))
    await writeFile(join(folder, 'not-a-folder'), '')
    await expect(createTrustFolder(join(folder, 'not-a-folder')).save(ISSUER, 'new')).rejects.toThrow(/EEXIST|ENOTDIR/)
    await expect(createTrustFolder(join(folder, 'not-a-folder')).load(ISSUER)).rejects.toThrow('ENOTDIR')
    expect(await readdir(folder)).toEqual(['not-a-folder'])
    expect(await readFile(join(folder, 'not-a-folder'), 'utf8')).toBe('')
  })
})
