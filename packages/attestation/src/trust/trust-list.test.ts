import { describe, expect, it } from 'vitest'
import { ISSUER, LINE } from '../testing/attestation.test-fixture.ts'
import { KEYS_URL, verifier } from '../testing/key-server.test-fixture.ts'
import { createTrustList } from './trust-list.ts'

describe('a trust list of keys that are at hand', () => {
  it('cannot fetch, and says what can', () => {
    const line = { ...LINE, keys: { jwksUri: KEYS_URL } }
    expect(() => createTrustList(verifier, [line])).toThrow(/https:\/\/anthropic\.com.*createTrust/)
  })

  it('takes attestations of the legacy carriage without a key, and needs no ledger for the header on their account', () => {
    const list = createTrustList(verifier, [{ ...LINE, legacy: true }])
    expect(list.find(ISSUER)).toMatchObject({ legacy: true, acceptUnbound: true })
    expect(list.needsLedger).toBe(false)
    expect(createTrustList(verifier, [{ ...LINE, acceptUnbound: true }]).needsLedger).toBe(true)
    expect(createTrustList(verifier, [LINE]).find(ISSUER)).toMatchObject({ legacy: false, acceptUnbound: false })
  })

  it.each([
    'https://anthropic.com.',
    'https://anthropic.com/',
    'https://anthropic.com:443',
    'https://Anthropic.com',
    'http://anthropic.com',
    'anthropic.com',
    '',
  ])('knows %j from its issuer (A5)', (stranger) => {
    expect(createTrustList(verifier, [LINE]).find(stranger)).toBeUndefined()
  })

  it.each([
    '',
    'anthropic.com',
    'http://anthropic.com',
    'https://anthropic.com/?a',
    'https://u@anthropic.com',
    'https://anthropic.com#x',
    'https://ANTHROPIC.com',
  ])('has no line for %j', (issuer) => {
    expect(() => createTrustList(verifier, [{ ...LINE, issuer }])).toThrow(/https URL in its normal form/)
  })
})
