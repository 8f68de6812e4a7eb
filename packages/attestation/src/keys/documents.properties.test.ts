import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSpiffeHolder } from '../spiffe/spiffe-holder.ts'
import { ISSUER, issuerKey } from '../testing/attestation.test-fixture.ts'
import { verifier } from '../testing/key-server.test-fixture.ts'
import { emptyRecord, type IssuerRecord, readRecord, writeRecord } from './issuer-record.ts'
import { createJwkSetHolder } from './jwk-set-holder.ts'

const KEY = { ...issuerKey.jwk, kid: 'k1', use: 'jwt-svid' }
const holders = { jwks: createJwkSetHolder, spiffe: createSpiffeHolder }
const anyJwk = fc.record(
  {
    kty: fc.constantFrom('OKP', 'EC', 'RSA', 'oct', '__proto__'),
    crv: fc.constantFrom('Ed25519', 'P-256', 'X25519'),
    x: fc.oneof(fc.constant(issuerKey.jwk.x), fc.base64String(), fc.jsonValue()),
    kid: fc.oneof(fc.constant('k1'), fc.jsonValue()),
    use: fc.constantFrom('sig', 'jwt-svid', 'enc', 1),
    alg: fc.constantFrom('EdDSA', 'ES256', 'none', null),
    d: fc.constant('AA'),
  },
  { requiredKeys: [] },
)

describe.each(Object.entries(holders))('a published document (%s)', (_name, createHolder) => {
  it('is taken or refused with a constant word, whatever it is, and never thrown at', async () => {
    const document = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ keys: fc.oneof(fc.jsonValue(), fc.array(fc.oneof(anyJwk, fc.jsonValue()))) })
        .map((set) => JSON.stringify(set)),
    )
    await fc.assert(
      fc.asyncProperty(document, async (text) => {
        const holder = createHolder(verifier)
        const result = await holder.install(text)
        if (!result.ok)
          expect(result).toEqual({ ok: false, code: 'bundle_invalid', reason: expect.stringMatching(/^[a-z_]+$/) })
        for (const kid of ['k1', undefined, '__proto__', 'constructor']) {
          const key = await holder.find(kid, 'Ed25519')
          // The one key that is ever in there, or none.
          if (key.ok) expect(key.value.thumbprint).toBe(issuerKey.thumbprint)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('that is refused changes nothing', async () => {
    const holder = createHolder(verifier)
    await holder.install(JSON.stringify({ keys: [{ ...KEY, use: holders.jwks === createHolder ? 'sig' : KEY.use }] }))
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        fc.pre(!(await holder.install(text)).ok)
        expect((await holder.find('k1', 'Ed25519')).ok).toBe(true)
      }),
    )
  })
})

describe('what is remembered of an issuer', () => {
  const record: IssuerRecord = {
    revoked: [{ thumbprint: issuerKey.thumbprint, reason: 'key_compromise' }],
    mark: { sequence: 1 },
    document: { text: '{"keys":["\\u0000"]}', fetchedAt: 1_800_000_000.25 },
  }

  it('is read as it was written', () => {
    expect(readRecord(ISSUER, writeRecord(ISSUER, record))).toEqual(record)
    expect(readRecord(ISSUER, writeRecord(ISSUER, emptyRecord))).toEqual(emptyRecord)
    expect(readRecord(ISSUER, undefined)).toEqual(emptyRecord)
  })

  it('is refused as a whole when it is damaged: half of what was revoked is not enough', () => {
    const text = writeRecord(ISSUER, record)
    for (let length = 0; length < text.length; length++) {
      expect(() => readRecord(ISSUER, text.slice(0, length))).toThrow(/delete it/)
    }
    const spoiled = text.replace('"reason"', '"raison"')
    expect(() => readRecord(ISSUER, spoiled)).toThrow(TypeError)
    expect(() => readRecord('https://other.example', text)).toThrow(TypeError)
    fc.assert(
      fc.property(fc.json(), (other) => {
        expect(() => readRecord(ISSUER, other)).toThrow(TypeError)
      }),
    )
  })
})
