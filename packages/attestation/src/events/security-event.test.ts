import fc from 'fast-check'
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, it } from 'vitest'
import { createLocalSigner, generateSigningJwk } from '../issue/signer.ts'
import { makeCompactJws } from '../jws/make-compact-jws.ts'
import { ISSUER, LINE, NOW } from '../testing/attestation.test-fixture.ts'
import {
  createKeyServer,
  createState,
  failing,
  KEYS_URL,
  keySet,
  makeTrust,
  signBundle,
  useFakeTime,
  wait,
} from '../testing/key-server.test-fixture.ts'
import { makeSecurityEvent, type SecurityEventRequest } from './make-security-event.ts'
import { credentialCompromise, writeSecurityEvent } from './security-event.ts'
import type { SecurityEventResult } from './verify-security-event.ts'

useFakeTime()

const AUDIENCE = 'https://notes.example/mcp'
const root = await createLocalSigner(await generateSigningJwk(), 'root')
const [one, two] = await Promise.all([
  createLocalSigner(await generateSigningJwk(), 'k1'),
  createLocalSigner(await generateSigningJwk('ES256'), 'k2'),
])
const [oneThumbprint, twoThumbprint] = await Promise.all([
  calculateJwkThumbprint(one.publicJwk),
  calculateJwkThumbprint(two.publicJwk),
])

const SAID: SecurityEventRequest = { issuer: ISSUER, audience: AUDIENCE, issuedAt: NOW, keyThumbprint: oneThumbprint }
const statics = {
  keys: {
    keys: [
      { ...one.publicJwk, kid: 'k1' },
      { ...two.publicJwk, kid: 'k2' },
    ],
  },
}
const bundled = { keys: { bundle: { url: KEYS_URL, root: root.publicJwk } } }

const say = (result: SecurityEventResult): string => (result.ok ? 'taken' : `${result.code} ${result.reason}`)

async function tell(signer: typeof one, changes: Partial<SecurityEventRequest> = {}, line: object = statics) {
  const { trust, find } = makeTrust(line)
  const outcome = say(await trust.receive(await makeSecurityEvent(signer, { ...SAID, ...changes }), AUDIENCE))
  return { outcome, find }
}

describe('a signed security event (RFC 8417)', () => {
  it('takes the key out that signed it, at once, the second time as the first', async () => {
    const { trust, find } = makeTrust(statics)
    expect(await find()).toBe(oneThumbprint)
    const event = await makeSecurityEvent(one, SAID)
    expect(say(await trust.receive(event, AUDIENCE))).toBe('taken')
    expect(await find()).toBe('invalid_token key_revoked')
    expect(say(await trust.receive(event, AUDIENCE))).toBe('taken')
  })

  it('of one key says nothing of another', async () => {
    const { outcome, find } = await tell(two)
    expect(outcome).toBe('authentication_failed other_key')
    expect(await find()).toBe(oneThumbprint)
  })

  it('of the pinned root says of every key of its issuer, wherever the bundle is', async () => {
    const { fetch } = createKeyServer(failing)
    const { trust } = makeTrust(bundled, { fetch })
    expect(say(await trust.receive(await makeSecurityEvent(root, SAID), AUDIENCE))).toBe('taken')
    const other = { ...SAID, keyThumbprint: twoThumbprint }
    expect(say(await trust.receive(await makeSecurityEvent(root, other), AUDIENCE))).toBe('taken')
  })

  it('outlives a restart, and bundles that list the key still', async () => {
    const { state } = createState()
    const keys = [{ keyId: 'k1', jwk: one.publicJwk, expires: NOW + 3600 }]
    const { fetch, server } = createKeyServer(await signBundle(root, { keys }))
    const before = makeTrust(bundled, { fetch, state })
    expect(await before.find()).toBe(oneThumbprint)
    expect(say(await before.trust.receive(await makeSecurityEvent(root, SAID), AUDIENCE))).toBe('taken')
    server.answer = await signBundle(root, { sequence: 2, keys })
    await before.trust.invalidate()
    expect(await before.find()).toBe('invalid_token key_revoked')
    expect(await makeTrust(bundled, { fetch, state }).find()).toBe('invalid_token key_revoked')
  })

  it('of a key that its issuer has withdrawn already still counts, also told for the first time', async () => {
    const { fetch, server } = createKeyServer(keySet({ k1: one.publicJwk }))
    const { trust, find } = makeTrust({}, { fetch })
    const heard: string[] = []
    trust.onRevoked(({ keyThumbprint }) => heard.push(keyThumbprint))
    expect(await find()).toBe(oneThumbprint)
    server.answer = keySet({})
    await trust.invalidate()
    expect(await find()).toBe('invalid_token unknown_key')
    expect(say(await trust.receive(await makeSecurityEvent(one, SAID), AUDIENCE))).toBe('taken')
    expect(heard, 'so that the tokens minted on its word end').toEqual([oneThumbprint])
  })

  it('that cannot be remembered is to be sent again, and counts meanwhile', async () => {
    const { state, broken } = createState()
    const { trust, find } = makeTrust(statics, { state })
    broken.save = true
    const event = await makeSecurityEvent(one, SAID)
    expect(say(await trust.receive(event, AUDIENCE))).toBe('unavailable state')
    expect(await find()).toBe('invalid_token key_revoked')
    broken.save = false
    expect(say(await trust.receive(event, AUDIENCE))).toBe('taken')
  })

  it('of a key that cannot be fetched right now is to be sent again', async () => {
    const { fetch } = createKeyServer(failing)
    const { trust } = makeTrust({}, { fetch })
    const result = trust.receive(await makeSecurityEvent(one, SAID), AUDIENCE)
    await wait(11)
    expect(say(await result)).toMatch(/^unavailable /)
  })

  it.each([
    ['a stranger', { issuer: 'https://anthroplc.com' }, 'invalid_issuer issuer'],
    ['another recipient', { audience: 'https://other.example' }, 'invalid_audience aud'],
    ['another recipient, by a slash', { audience: `${AUDIENCE}/` }, 'invalid_audience aud'],
    ['the future', { issuedAt: NOW + 301 }, 'invalid_request iat'],
    ['no key', { keyThumbprint: 'k1' }, 'invalid_request sub_id'],
    ['no id', { id: '' }, 'invalid_request jti'],
  ] as const)('from or for %s is refused', async (_what, changes, outcome) => {
    expect((await tell(one, changes)).outcome).toBe(outcome)
  })

  it('of long ago counts: a key that was stolen stays stolen', async () => {
    expect((await tell(one, { issuedAt: NOW - 10_000_000 })).outcome).toBe('taken')
  })

  it('is nobody’s who signs with a key of their own, under whatever name', async () => {
    const thief = await createLocalSigner(await generateSigningJwk(), 'k1')
    expect((await tell(thief)).outcome).toBe('authentication_failed signature')
    const stranger = await createLocalSigner(await generateSigningJwk(), 'unheard-of')
    expect((await tell(stranger)).outcome).toBe('invalid_key unknown_key')
  })

  it.each([
    ['another type', { typ: 'JWT' }, {}, 'invalid_request typ'],
    ['no type', { typ: undefined }, {}, 'invalid_request typ'],
    ['no algorithm that is known', { alg: 'HS256' }, {}, 'invalid_request alg'],
    ['its own key', { jwk: one.publicJwk }, {}, 'invalid_request embedded_key'],
    ['a place for its key', { jku: KEYS_URL }, {}, 'invalid_request embedded_key'],
    ['a kid that is no text', { kid: 1 }, {}, 'invalid_request kid'],
    ['two audiences', {}, { aud: [AUDIENCE, 'https://other.example'] }, 'invalid_request aud'],
    ['no date', {}, { iat: undefined }, 'invalid_request iat'],
    ['no events', {}, { events: {} }, 'invalid_request events'],
    ['another event', {}, { events: { 'https://example.com/event': {} } }, 'invalid_request events'],
    ['an event that is no object', {}, { events: { [credentialCompromise]: true } }, 'invalid_request events'],
    ['another kind of subject', {}, { sub_id: { format: 'email', email: 'a@b.example' } }, 'invalid_request sub_id'],
    [
      'a thumbprint by another hash',
      {},
      { sub_id: { format: 'uri', uri: 'urn:ietf:params:oauth:jwk-thumbprint:sha-512:AA' } },
      'invalid_request sub_id',
    ],
  ])('with %s is refused', async (_what, headerChanges, claimChanges, outcome) => {
    const { trust } = makeTrust(statics)
    const header = { typ: 'secevent+jwt', alg: 'Ed25519', kid: 'k1', ...headerChanges }
    const payload = { ...writeSecurityEvent({ ...SAID, id: 'one' }), ...claimChanges }
    const event = await makeCompactJws(header, payload, (input) => one.sign(input))
    expect(say(await trust.receive(event, AUDIENCE))).toBe(outcome)
  })

  it('is not taken for an attestation’s issuer that has a line in the trust list and no such key', async () => {
    expect((await tell(one, {}, { keys: LINE.keys })).outcome).toMatch(/^(authentication_failed|invalid_key) /)
  })

  it('is refused with anything changed, and nothing makes it throw', async () => {
    const { trust, find } = makeTrust(statics)
    const event = await makeSecurityEvent(one, SAID)
    await fc.assert(
      fc.asyncProperty(fc.nat(event.length - 1), fc.string({ maxLength: 3 }), async (at, put) => {
        const changed = event.slice(0, at) + put + event.slice(at + 1)
        fc.pre(changed !== event)
        expect((await trust.receive(changed, AUDIENCE)).ok).toBe(false)
      }),
      { numRuns: 500 },
    )
    expect(await find()).toBe(oneThumbprint)
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('iss', 'aud', 'jti', 'iat', 'sub_id', 'events'),
        fc.jsonValue(),
        async (member, value) => {
          const payload = { ...writeSecurityEvent({ ...SAID, id: 'one' }), [member]: value }
          const header = { typ: 'secevent+jwt', alg: 'Ed25519', kid: 'k1' }
          const text = await makeCompactJws(header, payload, (input) => one.sign(input))
          await expect(trust.receive(text, AUDIENCE)).resolves.toBeDefined()
        },
      ),
      { numRuns: 200 },
    )
  })
})
