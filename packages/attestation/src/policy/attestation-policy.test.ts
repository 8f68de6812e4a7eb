import { ok } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refuseAttestation } from '../attestation-rejection.ts'
import { attestationLevels, reaches, safetyLevels } from '../claims/ranks.ts'
import { CLAIMS, IDENTITY, ISSUER, METADATA, outcomeOf } from '../testing/attestation.test-fixture.ts'
import type { AttestedAgent } from '../verify/verified-attestation.ts'
import { type AttestationPolicy, judgeAttestation } from './attestation-policy.ts'
import { isVersionAtLeast } from './model-version.ts'

const AGENT: AttestedAgent = {
  issuer: ISSUER,
  level: 'enterprise',
  binding: 'key',
  agent: {
    identity: IDENTITY,
    integrity: CLAIMS.agent_integrity,
    metadata: { ...METADATA, safety_level: 'standard' },
    assurance: 'asserted',
  },
}
const presences = ['required', 'preferred', 'optional'] as const
const judge = (policy: Partial<AttestationPolicy>, agent: AttestedAgent = AGENT): string =>
  outcomeOf(judgeAttestation({ presence: 'optional', ...policy }, ok(agent)))

describe('a missing attestation', () => {
  it('is all that required, preferred and optional differ on', () => {
    expect(outcomeOf(judgeAttestation({ presence: 'required' }, undefined))).toBe('attestation_required')
    expect(judgeAttestation({ presence: 'preferred' }, undefined)).toEqual(ok({ level: 'none', missed: true }))
    expect(judgeAttestation({ presence: 'optional' }, undefined)).toEqual(ok({ level: 'none', missed: false }))
    for (const presence of presences) {
      expect(judgeAttestation({ presence }, ok(AGENT))).toEqual(ok({ level: 'enterprise', attestation: AGENT }))
      expect(outcomeOf(judgeAttestation({ presence, minimumLevel: 'provider' }, ok(AGENT)))).toBe(
        'attestation_policy level',
      )
      for (const code of ['attestation_invalid', 'attestation_replay', 'keys_unavailable'] as const) {
        expect(judgeAttestation({ presence }, refuseAttestation(code))).toEqual(refuseAttestation(code))
      }
    }
  })
})

describe('what a policy may ask for', () => {
  it.each<[Partial<AttestationPolicy>, string]>([
    [{ minimumLevel: 'enterprise' }, 'accepted'],
    [{ issuers: [ISSUER] }, 'accepted'],
    [{ issuers: ['https://other.example'] }, 'attestation_policy issuer'],
    [{ providers: ['openai', 'anthropic'] }, 'accepted'],
    [{ providers: [] }, 'attestation_policy provider'],
    [{ models: [{ family: 'claude' }] }, 'accepted'],
    [{ models: [{ family: 'gpt' }] }, 'attestation_policy model'],
    [{ models: [{ family: 'gpt' }, { family: 'claude', versions: ['4.5'] }] }, 'accepted'],
    [{ models: [{ family: 'claude', versions: ['4.6'] }] }, 'attestation_policy model'],
    [{ models: [{ family: 'claude', atLeast: '4' }] }, 'accepted'],
    [{ models: [{ family: 'claude', atLeast: '4.10' }] }, 'attestation_policy model'],
    [{ minimumSafetyLevel: 'standard' }, 'accepted'],
    [{ minimumSafetyLevel: 'enhanced' }, 'attestation_policy safety_level'],
    [{ types: ['provider'] }, 'accepted'],
    [{ types: ['tee'] }, 'attestation_policy type'],
    [{ minimumAssurance: 'asserted' }, 'accepted'],
    [{ minimumAssurance: 'measured' }, 'attestation_policy assurance'],
    [{ configHashes: ['sha256:00', 'sha256:aa'] }, 'accepted'],
    [{ configHashes: ['sha256:00'] }, 'attestation_policy config_hash'],
    [{ systemPromptHashes: ['sha256:00'] }, 'attestation_policy system_prompt_hash'],
  ])('%j is %s', (policy, outcome) => {
    expect(judge(policy)).toBe(outcome)
  })

  it('is not met by what an attestation does not say', () => {
    const silent = { ...AGENT, agent: { ...AGENT.agent, integrity: {} } }
    expect(judge({ configHashes: ['sha256:aa'] }, silent)).toBe('attestation_policy config_hash')
    expect(judge({}, silent)).toBe('accepted')
  })
})

describe('what comes in degrees', () => {
  it('is compared by place, not as text: enterprise comes before provider, minimal before enhanced', () => {
    expect(attestationLevels.map((level) => reaches(attestationLevels, level, 'enterprise'))).toEqual([
      false,
      true,
      true,
    ])
    expect(safetyLevels.map((level) => reaches(safetyLevels, level, 'standard'))).toEqual([false, true, true])
    expect(reaches<string>(safetyLevels, 'unknown', 'minimal')).toBe(false)
    expect(reaches<string>(safetyLevels, 'enhanced', 'unknown')).toBe(false)
  })

  it.each([
    ['4.10', '4.9', true],
    ['4', '4.0', true],
    ['4.5', '4.5.1', false],
    ['10', '9', true],
    ['20250514', '20250513', true],
    ['4.5-beta', '4', false],
    ['4', 'latest', false],
    ['', '0', false],
  ])('so are versions: %s for %s: %s', (actual, least, outcome) => {
    expect(isVersionAtLeast(actual, least)).toBe(outcome)
  })

  it('orders any two versions', () => {
    const version = fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'))
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(isVersionAtLeast(a, b) || isVersionAtLeast(b, a)).toBe(true)
      }),
    )
  })
})
