import type { Ledger } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { judgeAttestation } from '../policy/attestation-policy.ts'
import { forge, LINE, makeKey, makeTwin, NOW, outcomeOf, RESOURCE, setUp } from '../testing/attestation.test-fixture.ts'
import { makeLedger } from '../testing/ledger.test-fixture.ts'
import { noProof, setUpSingleUse, single } from '../testing/single-use.test-fixture.ts'
import { createTrustList } from '../trust/trust-list.ts'
import { createAttestationVerifier } from './verify-attestation.ts'

describe('a single-use attestation (no cnf)', () => {
  it('is refused unless its issuer may send such', async () => {
    expect(outcomeOf(await setUp().attestations.verify(await forge(single), noProof))).toBe('attestation_invalid cnf')
  })

  it('is accepted once, of a hundred that come at once', async () => {
    const world = setUpSingleUse()
    const text = await forge(single)
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => world.judge(text)))
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'attestation_replay')).toHaveLength(99)
  })

  it('has a twin with another signature, which finds the same id spent', async () => {
    const key = await makeKey('ES256')
    const { ledger } = makeLedger(() => NOW)
    const { attestations } = setUp({ acceptUnbound: true, keys: { keys: [key.jwk] } }, { ledger })
    const text = await forge(single, { kid: undefined }, key)
    const twin = makeTwin(text)
    expect(outcomeOf(await attestations.verify(text, noProof))).toBe('accepted')
    expect(outcomeOf(await attestations.verify(twin, noProof))).toBe('attestation_replay')
  })

  it('dated ahead and used before its date, is not good again once the store has lost its memory', async () => {
    const world = setUpSingleUse()
    const text = await forge({ ...single, iat: NOW + 30, nbf: NOW + 30, exp: NOW + 300 })
    expect(await world.judge(text)).toBe('accepted')
    world.loseMemory()
    expect(await world.judge(text)).toBe('attestation_replay')
    world.time.now += 40
    expect(await world.judge(text)).toBe('attestation_replay')
  })

  it('has to name its audience', async () => {
    expect(await setUpSingleUse().judge(await forge({ cnf: undefined }))).toBe(
      'attestation_audience_mismatch no_audience',
    )
  })

  it('never satisfies a policy that requires one', async () => {
    const world = setUpSingleUse()
    const result = await world.attestations.verify(await forge(single), noProof)
    expect(outcomeOf(judgeAttestation({ presence: 'required' }, result))).toBe('attestation_required unbound')
    expect(outcomeOf(judgeAttestation({ presence: 'preferred' }, result))).toBe('accepted')
  })

  it('is refused while the ledger cannot answer', async () => {
    const ledger = { lifetime: 'durable', spend: () => Promise.reject(new Error('down')) } as const
    const { attestations } = setUp({ acceptUnbound: true }, { ledger })
    expect(outcomeOf(await attestations.verify(await forge(single), noProof))).toBe('ledger_unavailable')
  })

  it('is not accepted at all without a ledger that lasts', () => {
    const verifier = createFastVerifier()
    const trust = createTrustList(verifier, [{ ...LINE, acceptUnbound: true }])
    expect(() => createAttestationVerifier({ verifier, clock: () => NOW, trust })).toThrow(/durable ledger/)
    const run: Ledger = { lifetime: 'run', spend: () => Promise.resolve({ spent: true }) }
    expect(() => createAttestationVerifier({ verifier, clock: () => NOW, trust, ledger: run })).toThrow(TypeError)
  })

  it('with a key of its own still needs the proof: leaving that out makes it no single-use one', async () => {
    const world = setUpSingleUse()
    const key = await makeKey('ES256')
    expect(await world.judge(await forge({ cnf: { jwk: key.jwk }, aud: RESOURCE }))).toBe(
      'attestation_key_mismatch no_proof',
    )
  })
})
