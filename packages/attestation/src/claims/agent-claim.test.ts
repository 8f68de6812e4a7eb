import type { JsonObject, JsonValue } from '@countersign/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judgeAttestation } from '../policy/attestation-policy.ts'
import {
  EXPECTED,
  forge,
  instanceKey,
  issuerKey,
  NOW,
  outcomeOf,
  setUp,
  unwrap,
} from '../testing/attestation.test-fixture.ts'
import { noProof, setUpSingleUse, single } from '../testing/single-use.test-fixture.ts'
import { readAgentClaim, writeAgentClaim } from './agent-claim.ts'

const verified = unwrap(await setUp().attestations.verify(await forge(), EXPECTED))
const written = writeAgentClaim(verified)
const judge = (value: JsonValue | undefined, now = NOW): string => {
  const read = readAgentClaim(value, now)
  return read.ok ? 'accepted' : read.reason
}

describe('the agent claim of an access token', () => {
  it('says what was verified of the attestation, and until when', () => {
    expect(written).toEqual({
      iss: 'https://anthropic.com',
      level: 'provider',
      kid: 'k1',
      key: issuerKey.thumbprint,
      jkt: instanceKey.thumbprint,
      exp: NOW + 300,
      agent_identity: {
        model_family: 'claude',
        model_version: '4.5',
        provider: 'anthropic',
        deployment_id: 'prod-7',
      },
      agent_integrity: { config_hash: 'sha256:aa', system_prompt_hash: 'sha256:bb' },
      attestation_metadata: {
        attestation_version: '1.0',
        attestation_type: 'provider',
        safety_level: 'standard',
        capabilities_declared: ['tools'],
      },
      assurance: 'asserted',
    })
  })

  it('is read as the agent that it was written of, also after a journey as JSON', () => {
    const { issuer, level, binding, agent, keyId, keyThumbprint, jkt, expires } = verified
    const value = { issuer, level, binding, agent, keyId, keyThumbprint, jkt, expires }
    expect(readAgentClaim(JSON.parse(JSON.stringify(written)), NOW)).toEqual({ ok: true, value })
  })

  it('is good to the second of the attestation’s end, with no tolerance of its own', () => {
    expect(judge(written, NOW + 299.9)).toBe('accepted')
    expect(judge(written, NOW + 300)).toBe('expired')
  })

  it('of an attestation without a key satisfies no policy that requires one', async () => {
    const unbound = unwrap(await setUpSingleUse().attestations.verify(await forge(single), noProof))
    const claim = writeAgentClaim(unbound)
    expect(claim).not.toHaveProperty('jkt')
    const read = readAgentClaim(claim, NOW)
    expect(read).toMatchObject({ ok: true, value: { binding: 'single_use', jkt: undefined } })
    if (read.ok)
      expect(outcomeOf(judgeAttestation({ presence: 'required' }, read))).toBe('attestation_required unbound')
  })

  it('leaves out what the attestation does not say', async () => {
    const text = await forge({ agent_integrity: undefined }, { kid: undefined })
    const claim = writeAgentClaim(unwrap(await setUp().attestations.verify(text, EXPECTED)))
    expect(Object.keys(claim)).not.toContain('kid')
    expect(Object.keys(claim)).not.toContain('agent_integrity')
    expect(judge(claim)).toBe('accepted')
  })

  it.each<[JsonValue | undefined, string]>([
    [undefined, 'missing'],
    [null, 'object'],
    ['agent', 'object'],
    [[], 'object'],
    [{}, 'iss'],
  ])('that is %j is not one: %s', (value, reason) => {
    expect(judge(value)).toBe(reason)
  })

  it.each<[JsonObject, string]>([
    [{ iss: '' }, 'iss'],
    [{ iss: 'a b' }, 'iss'],
    [{ level: 'none' }, 'level'],
    [{ level: 'root' }, 'level'],
    [{ level: 2 }, 'level'],
    [{ kid: 7 }, 'kid'],
    [{ kid: '' }, 'kid'],
    [{ key: 'short' }, 'key'],
    [{ jkt: null }, 'jkt'],
    [{ jkt: 'short' }, 'jkt'],
    [{ exp: String(NOW + 300) }, 'exp'],
    [{ exp: null }, 'exp'],
    [{ agent_identity: {} }, 'agent_identity'],
    [{ agent_integrity: 'sha256:aa' }, 'agent_integrity'],
    [{ attestation_metadata: { safety_level: 'highest' } }, 'attestation_metadata'],
    [{ assurance: 'certain' }, 'assurance'],
  ])('with %j is malformed: %s', (changes, reason) => {
    expect(judge({ ...written, ...changes })).toBe(reason)
  })

  it.each(['iss', 'level', 'key', 'exp', 'agent_identity', 'attestation_metadata'])('needs its %s', (member) => {
    const { [member]: _left, ...rest } = written
    expect(judge(rest)).toBe(member)
  })

  it('with anything in the place of a member is read or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(written)), fc.jsonValue(), (member, value) => {
        const read = readAgentClaim(JSON.parse(JSON.stringify({ ...written, [member]: value })), NOW)
        if (!read.ok) expect([member, 'expired']).toContain(read.reason)
      }),
    )
    fc.assert(
      fc.property(fc.jsonValue(), (value) => readAgentClaim(JSON.parse(JSON.stringify(value)), NOW).ok === false),
    )
  })
})
