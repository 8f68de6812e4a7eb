import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GuardOptions } from '../guard-options.ts'
import { callWith, withAttestation } from '../testing/attested-call.test-fixture.ts'
import { agentWords, claimAgent, createAttester } from '../testing/attester.test-fixture.ts'
import { createDurableLedger } from '../testing/durable-ledger.test-fixture.ts'
import { type Members, start } from '../testing/issuer.test-fixture.ts'
import { createScene, type Scene } from '../testing/scene.test-fixture.ts'

const attester = await createAttester()

describe('the agent claim of a token', () => {
  const claim = async (scene: Scene, overrides?: Members, token: Members = {}) =>
    callWith(scene, { token: await scene.token({ agent: claimAgent(attester, scene.agent, overrides), ...token }) })
  const required: Partial<GuardOptions> = { attestation: 'required' }

  it('says which agent is calling, without a trust list of our own', async () => {
    expect(await claim(await createScene(required))).toMatchObject({
      attestation: { level: 'provider' },
      agent: { issuer: attester.issuer, binding: 'key', agent: agentWords, source: 'token', expires: start + 300 },
    })
  })

  it('gives way to an attestation that comes with the call', async () => {
    const scene = await createScene({ attesters: [attester.line({ level: 'enterprise' })] })
    const token = await scene.token({ agent: claimAgent(attester, scene.agent) })
    const parts = { token, ...withAttestation(await attester.attest(scene.agent)) }
    expect(await callWith(scene, parts)).toMatchObject({ agent: { level: 'enterprise', source: 'attestation' } })
  })

  it('counts for no more than a trust list of our own says of who is behind it', async () => {
    const listed = (line: Parameters<typeof attester.line>[0]) =>
      createScene({ ...required, attesters: [attester.line(line)] })
    expect(await claim(await listed({}))).toMatchObject({ agent: { level: 'provider', source: 'token' } })
    expect(await claim(await listed({ level: 'enterprise' }))).toMatchObject({ agent: { level: 'enterprise' } })
    const untrusted = 'attestation_required claim_untrusted'
    expect(await claim(await listed({}), { iss: 'https://attest.elsewhere.example' })).toBe(untrusted)
    expect(await claim(await listed({ providers: ['somebody else'] }))).toBe(untrusted)
    const ledger = createDurableLedger()
    const legacy = await createScene({ ...required, ledger, attesters: [attester.line({ legacy: true })] })
    expect(await claim(legacy)).toBe(untrusted)
  })

  it('ends at its own exp, to the second, while the token goes on, also when that was verified before', async () => {
    const scene = await createScene({ attestation: 'optional' })
    const token = await scene.token({ agent: claimAgent(attester, scene.agent, { exp: start + 60 }) })
    scene.now = start + 59.9
    expect(await callWith(scene, { token })).toHaveProperty('agent')
    scene.now = start + 60
    expect(await callWith(scene, { token })).toMatchObject({ attestation: { level: 'none' } })
  })

  it.each<[string, Members, string]>([
    ['is over', { exp: start }, 'claim_expired'],
    ['is of another key than the token', { jkt: 'A'.repeat(43) }, 'claim_jkt'],
    ['says nothing of a level', { level: undefined }, 'claim_level'],
    ['says nobody', { iss: '' }, 'claim_iss'],
    ['names no agent', { agent_identity: {} }, 'claim_agent_identity'],
  ])('counts as missing where it %s', async (_name, overrides, reason) => {
    expect(await claim(await createScene(required), overrides)).toBe(`attestation_required ${reason}`)
    const scene = await createScene({ attestation: 'preferred' })
    expect(await claim(scene, overrides)).toMatchObject({ attestation: { level: 'none' } })
    expect(scene.events).toContainEqual({ type: 'attestation_missed', clientId: 'agent-1', reason })
  })

  it.each(['assistant', 7, null, []])('counts as missing where it is %j', async (agent) => {
    const scene = await createScene(required)
    expect(await callWith(scene, { token: await scene.token({ agent }) })).toBe('attestation_required claim_object')
  })

  it('without a key is as good as an attestation without one', async () => {
    expect(await claim(await createScene({ attestation: 'preferred' }), { jkt: undefined })).toMatchObject({
      agent: { binding: 'single_use' },
    })
    expect(await claim(await createScene(required), { jkt: undefined })).toBe('attestation_required unbound')
  })

  it('of a key, in a token that is bound to none, counts as missing', async () => {
    const scene = await createScene({ ...required, bearer: 'allowed' })
    const token = await scene.token({ cnf: undefined, agent: claimAgent(attester, scene.agent) })
    const headers = { authorization: `Bearer ${token}`, dpop: null }
    expect(await callWith(scene, { token, headers })).toBe('attestation_required claim_jkt')
  })

  it('of an issuer whose word on agents does not count is not looked at', async () => {
    const scene = await createScene({ ...required, issuerTrust: { agentClaim: 'ignored' } })
    expect(await claim(scene)).toBe('attestation_required none')
  })

  it('is believed in the one form that it has: any other value counts as missing, and any change of a member', async () => {
    const scene = await createScene({ attestation: 'optional' })
    const good = claimAgent(attester, scene.agent)
    const members = Object.keys(good).filter((name) => !['kid', 'assurance'].includes(name))
    const plain = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
    const any = fc.oneof(plain, fc.array(plain), fc.dictionary(fc.string(), plain))
    const changed = fc
      .record({ member: fc.constantFrom(...members), value: any })
      .map(({ member, value }) => ({ ...good, [member]: [value] }))
    await fc.assert(
      fc.asyncProperty(fc.oneof(any, changed), async (agent) => {
        expect(await callWith(scene, { token: await scene.token({ agent }) })).toMatchObject({
          attestation: { level: 'none' },
        })
      }),
      { numRuns: 100 },
    )
  })
})
