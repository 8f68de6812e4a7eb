import { encodeBase64url, readCompactJws } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { importJWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { IDENTITY, METADATA, NOW, RESOURCE } from '../testing/attestation.test-fixture.ts'
import { makeLedger } from '../testing/ledger.test-fixture.ts'
import { createTrustList } from '../trust/trust-list.ts'
import { createAttestationVerifier } from '../verify/verify-attestation.ts'
import { createAttestationChallenges } from './challenges.ts'
import { type InstanceRequest, makeInstanceProof } from './instance-proof.ts'
import { createAttestationIssuer } from './issue-attestation.ts'
import { planRefresh } from './refresh-time.ts'
import type { DeploymentRegistration } from './registration.ts'
import { createLocalSigner, generateSigningJwk } from './signer.ts'

const ISSUER = 'https://attest.example'
const verifier = createFastVerifier()
const registration: DeploymentRegistration = {
  clientId: 'assistant',
  identity: IDENTITY,
  metadata: { ...METADATA, safety_level: 'standard' },
}
const issuerKey = await createLocalSigner(await generateSigningJwk(), '2026-11')
const instance = await createLocalSigner(await generateSigningJwk('ES256'))
const thief = await createLocalSigner(await generateSigningJwk('ES256'))

function setUp(changes: Partial<DeploymentRegistration> = {}) {
  const time = { now: NOW + 0.5 }
  const clock = () => time.now
  const { ledger, asked } = makeLedger(clock)
  const registrations = new Map([
    ['assistant', { ...registration, ...changes }],
    ['other', { ...registration, clientId: 'other' }],
  ])
  const challenges = createAttestationChallenges({ verifier, ledger, clock })
  const issuer = createAttestationIssuer({
    issuer: ISSUER,
    signer: () => issuerKey,
    registrations: { find: (clientId) => registrations.get(clientId) },
    challenges,
    verifier,
    clock,
  })
  const prove = async (changed: Partial<InstanceRequest> = {}, key = instance) =>
    makeInstanceProof(key, { issuer: ISSUER, challenge: await issuer.challenge(), clientId: 'assistant', ...changed })
  return { issuer, time, asked, prove, challenges }
}

async function outcomeOf(issued: ReturnType<ReturnType<typeof setUp>['issuer']['issue']>): Promise<string> {
  const result = await issued
  return result.ok ? 'issued' : [result.rejection.code, result.rejection.reason].filter(Boolean).join(' ')
}

describe('an attestation that is issued', () => {
  it('is accepted by a verifier that trusts the issuer, with the key that answered and the claims of the registration', async () => {
    const { issuer, prove, time } = setUp({ integrity: { config_hash: 'sha256:aa' }, assurance: 'measured' })
    const result = await issuer.issue('assistant', await prove({ audience: RESOURCE }))
    if (!result.ok) throw new Error(result.rejection.code)
    expect(result.value).toMatchObject({ issuedAt: NOW, expires: NOW + 300, keyId: '2026-11' })
    const line = { issuer: ISSUER, level: 'provider', providers: ['anthropic'] } as const
    const keys = { keys: [{ ...issuerKey.publicJwk, kid: '2026-11' }] }
    const trust = createTrustList(verifier, [{ ...line, keys }])
    const attestations = createAttestationVerifier({ verifier, clock: () => time.now, trust })
    const expected = {
      proofThumbprint: instance.keyId,
      clientId: 'assistant',
      audience: RESOURCE,
      requireAudience: true,
    }
    expect(await attestations.verify(result.value.attestation, expected)).toMatchObject({
      ok: true,
      value: {
        jkt: instance.keyId,
        keyId: '2026-11',
        agent: {
          identity: IDENTITY,
          integrity: { config_hash: 'sha256:aa' },
          metadata: METADATA,
          assurance: 'measured',
        },
      },
    })
  })

  it('is one to somebody else’s library, too', async () => {
    const { issuer, prove } = setUp()
    const result = await issuer.issue('assistant', await prove())
    if (!result.ok) throw new Error(result.rejection.code)
    const key = await importJWK({ ...issuerKey.publicJwk }, 'Ed25519')
    const { protectedHeader, payload } = await jwtVerify(result.value.attestation, key, {
      typ: 'oauth-client-attestation+jwt',
      issuer: ISSUER,
      subject: 'assistant',
      currentDate: new Date(NOW * 1000),
    })
    expect(protectedHeader).toEqual({ typ: 'oauth-client-attestation+jwt', alg: 'Ed25519', kid: '2026-11' })
    expect(payload).toMatchObject({ cnf: { jwk: instance.publicJwk }, assurance: 'asserted' })
    expect(payload).not.toHaveProperty('aud')
  })

  it('has an id of its own each time', async () => {
    const { issuer, prove } = setUp()
    const ids = new Set<unknown>()
    for (let i = 0; i < 20; i++) {
      const result = await issuer.issue('assistant', await prove())
      const jws = result.ok ? readCompactJws(result.value.attestation) : result
      if (jws.ok) ids.add(jws.value.payload.jti)
    }
    expect(ids.size).toBe(20)
  })
})

describe('an issuer', () => {
  it('signs for nobody that it does not know', async () => {
    const { issuer, prove } = setUp()
    expect(await outcomeOf(issuer.issue('stranger', await prove({ clientId: 'stranger' })))).toBe('unknown_deployment')
  })

  it('signs nothing into an attestation that a request brought along', async () => {
    const { issuer } = setUp()
    const challenge = await issuer.challenge()
    const request = {
      issuer: ISSUER,
      challenge,
      clientId: 'assistant',
      agent_identity: { ...IDENTITY, model_family: 'other' },
    }
    const result = await issuer.issue('assistant', await makeInstanceProof(instance, request))
    const jws = result.ok ? readCompactJws(result.value.attestation) : result
    expect(jws.ok && jws.value.payload.agent_identity).toEqual(IDENTITY)
  })

  it('takes a challenge back once, of a hundred that come at once', async () => {
    const { issuer, prove } = setUp()
    const proof = await prove()
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => outcomeOf(issuer.issue('assistant', proof))))
    expect(outcomes.filter((outcome) => outcome === 'issued')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'use_attestation_challenge used')).toHaveLength(99)
  })

  it('knows only challenges of its own and of now', async () => {
    const { issuer, prove, time } = setUp()
    const foreign = await setUp().challenges.make()
    const made = await issuer.challenge()
    const altered = `${made.startsWith('A') ? 'B' : 'A'}${made.slice(1)}`
    for (const challenge of [foreign, altered, 'x', 'x'.repeat(2000), encodeBase64url(new Uint8Array(56))]) {
      expect(await outcomeOf(issuer.issue('assistant', await prove({ challenge })))).toBe(
        'use_attestation_challenge unknown',
      )
    }
    const late = await prove()
    time.now += 60
    expect(await outcomeOf(issuer.issue('assistant', late))).toBe('use_attestation_challenge unknown')
  })

  it('takes a proof for itself and for the deployment that was authenticated, and for no other', async () => {
    const { issuer, prove, asked } = setUp()
    const elsewhere = await prove({ issuer: 'https://other.example' })
    expect(await outcomeOf(issuer.issue('assistant', elsewhere))).toBe('invalid_instance_proof aud')
    // Captured from one deployment, shown by another.
    expect(await outcomeOf(issuer.issue('other', await prove()))).toBe('invalid_instance_proof sub')
    expect(asked).toEqual([])
  })

  it('attests no key whose holder did not sign', async () => {
    const { issuer, prove } = setUp()
    const [, payload] = (await prove()).split('.')
    const [header] = (await prove()).split('.')
    const [, , signature] = (await prove({}, thief)).split('.')
    expect(await outcomeOf(issuer.issue('assistant', `${header}.${payload}.${signature}`))).toBe(
      'invalid_instance_proof signature',
    )
    expect(await outcomeOf(issuer.issue('assistant', 'nonsense'))).toBe('invalid_instance_proof compact')
  })

  it('names only audiences that are registered, where any are', async () => {
    const { issuer, prove } = setUp({ audiences: [RESOURCE] })
    expect(await outcomeOf(issuer.issue('assistant', await prove({ audience: RESOURCE })))).toBe('issued')
    expect(await outcomeOf(issuer.issue('assistant', await prove({ audience: `${RESOURCE}/x` })))).toBe(
      'audience_not_registered',
    )
    expect(await outcomeOf(issuer.issue('assistant', await prove()))).toBe('audience_not_registered')
  })

  it.each([601, 0, -1, Number.NaN])('does not sign for a registration with a life of %d s', async (lifetime) => {
    const { issuer, prove } = setUp({ lifetime })
    await expect(issuer.issue('assistant', await prove())).rejects.toThrow(/lifetime/)
  })

  it('issues nothing while challenges cannot be spent', async () => {
    const ledger = { lifetime: 'durable', spend: () => Promise.reject(new Error('down')) } as const
    const challenges = createAttestationChallenges({ verifier, ledger, clock: () => NOW })
    await expect(challenges.redeem(await challenges.make())).rejects.toThrow('down')
    expect(() =>
      createAttestationChallenges({ verifier, ledger: { ...ledger, lifetime: 'run' }, clock: () => NOW }),
    ).toThrow(TypeError)
  })
})

describe('a local signer', () => {
  it('takes only a pair, and never quotes it', async () => {
    const [a, b] = await Promise.all([generateSigningJwk(), generateSigningJwk()])
    for (const jwk of [
      { ...a, d: b.d ?? '' },
      { kty: 'RSA', n: 'AQ', e: 'AQAB', d: 'secret' },
      { ...a, x: 'secret' },
    ]) {
      const attempt = createLocalSigner(jwk)
      await expect(attempt).rejects.toThrow(TypeError)
      await expect(attempt).rejects.not.toThrow(/secret/)
    }
  })

  it('is named by the thumbprint of its key, unless it is given a name', async () => {
    const jwk = await generateSigningJwk()
    const named = await createLocalSigner(jwk, 'k1')
    expect(named.keyId).toBe('k1')
    expect((await createLocalSigner(jwk)).keyId).toMatch(/^[\w-]{43}$/)
  })
})

describe('the next attestation', () => {
  it('is asked for at two thirds of the life, give or take a tenth', () => {
    const dates = { issuedAt: NOW, expires: NOW + 300 }
    expect(planRefresh(dates, 0.5)).toBeCloseTo(NOW + 200)
    expect(planRefresh(dates, 0)).toBeCloseTo(NOW + 170)
    expect(planRefresh(dates, 0.999999)).toBeLessThanOrEqual(NOW + 230)
  })
})
