import { describe, expect, it } from 'vitest'
import type { GuardOptions, Requirement } from '../guard-options.ts'
import { callWith, withAttestation } from '../testing/attested-call.test-fixture.ts'
import { createAttester } from '../testing/attester.test-fixture.ts'
import type { Members } from '../testing/issuer.test-fixture.ts'
import { createScene, rpc, type Scene, type SceneOptions, toolCall } from '../testing/scene.test-fixture.ts'

const attester = await createAttester()

type Asked = NonNullable<Requirement['attestation']>

/** A server that asks one thing of all callers, and others of some. */
const createServer = (all: Asked | undefined, options: SceneOptions = {}) =>
  createScene({ attesters: [attester.line()], ...(all !== undefined && { attestation: all }), ...options })

const readNotes = (attestation: Asked): Partial<GuardOptions> => ({
  tools: { read_notes: { scopes: ['notes:read'], attestation }, list_notes: {} },
})

async function attested(scene: Scene, body = toolCall('read_notes'), claims?: Members) {
  return callWith(scene, { body, ...withAttestation(await attester.attest(scene.agent, claims)) })
}

describe('a call without an attestation', () => {
  it.each<[Asked | undefined, Asked | undefined, string]>([
    [undefined, undefined, 'served'],
    ['optional', undefined, 'served'],
    ['preferred', undefined, 'missed'],
    ['required', undefined, 'refused'],
    [undefined, 'optional', 'served'],
    [undefined, 'preferred', 'missed'],
    [undefined, 'required', 'refused'],
    ['optional', 'preferred', 'missed'],
    ['preferred', 'optional', 'missed'],
    ['preferred', 'preferred', 'missed'],
    ['optional', 'required', 'refused'],
    ['preferred', 'required', 'refused'],
    ['required', 'optional', 'refused'],
    ['required', 'preferred', 'refused'],
  ])('where the server says %j and the tool %j is %s: the stricter counts', async (all, tool, expected) => {
    const scene = await createServer(all, tool === undefined ? {} : readNotes(tool))
    const answer = await callWith(scene)
    const missed = scene.events.filter(({ type }) => type === 'attestation_missed')
    const outcome = typeof answer === 'string' ? 'refused' : missed.length > 0 ? 'missed' : 'served'
    expect(outcome).toBe(expected)
    if (expected === 'refused') expect(answer).toBe('attestation_required none')
    // However many prefer one, it is told of once.
    expect(missed).toEqual(
      expected === 'missed' ? [{ type: 'attestation_missed', clientId: 'agent-1', reason: 'none' }] : [],
    )
  })

  it('may do what asks for none, beside a tool that requires one', async () => {
    const scene = await createServer(undefined, readNotes('required'))
    expect(await callWith(scene, { body: toolCall('list_notes') })).toHaveProperty('clientId')
    expect(await callWith(scene, { body: rpc('tools/list') })).toHaveProperty('clientId')
  })

  it('is refused as a whole where one call of a batch requires one', async () => {
    const scene = await createServer(undefined, readNotes('required'))
    const body = `[${toolCall('list_notes')},${toolCall('read_notes')}]`
    expect(await callWith(scene, { body })).toBe('attestation_required none')
  })

  it.each(['GET', 'DELETE'])('by %s is refused where the server requires one', async (method) => {
    expect(await callWith(await createServer('required'), { method, body: null })).toBe('attestation_required none')
  })

  it.each<[string, Partial<GuardOptions>, string]>([
    [
      'a resource',
      { resources: { 'notes:///*': { attestation: 'required' } } },
      rpc('resources/read', { uri: 'notes:///1' }),
    ],
    [
      'a prompt',
      { prompts: { summarise_notes: { attestation: 'required' } } },
      rpc('prompts/get', { name: 'summarise_notes' }),
    ],
    ['a method', { methods: { 'logging/setLevel': { attestation: 'required' } } }, rpc('logging/setLevel')],
  ])('is refused for %s that requires one', async (_name, options, body) => {
    const scene = await createServer(undefined, options)
    expect(await callWith(scene, { body })).toBe('attestation_required none')
    expect(await attested(scene, body)).toHaveProperty('agent')
  })
})

describe('an agent that is not what somebody asks for', () => {
  it.each<[Exclude<Asked, string>, string]>([
    [{ presence: 'optional', minimumLevel: 'provider' }, 'level'],
    [{ presence: 'optional', issuers: ['https://other.example'] }, 'issuer'],
    [{ presence: 'optional', providers: ['other'] }, 'provider'],
    [{ presence: 'optional', models: [{ family: 'm', atLeast: '4.10' }] }, 'model'],
    [{ presence: 'optional', minimumSafetyLevel: 'enhanced' }, 'safety_level'],
    [{ presence: 'optional', types: ['enterprise'] }, 'type'],
    [{ presence: 'optional', minimumAssurance: 'measured' }, 'assurance'],
    [{ presence: 'optional', configHashes: ['sha256:aa'] }, 'config_hash'],
    [{ presence: 'optional', systemPromptHashes: ['sha256:bb'] }, 'system_prompt_hash'],
  ])('%j: is refused, by the server and by the tool', async (policy, reason) => {
    const attesters = [attester.line({ level: 'enterprise' })]
    expect(await attested(await createServer(policy, { attesters }))).toBe(`attestation_policy ${reason}`)
    const byTool = await createServer('optional', { attesters, ...readNotes(policy) })
    expect(await attested(byTool)).toBe(`attestation_policy ${reason}`)
  })

  it('may not call the tool, and may call the others', async () => {
    const scene = await createServer('preferred', readNotes({ presence: 'required', minimumSafetyLevel: 'enhanced' }))
    expect(await attested(scene)).toBe('attestation_policy safety_level')
    expect(await attested(scene, toolCall('list_notes'))).toHaveProperty('agent')
  })

  it('is no better off with an attestation that says more of itself', async () => {
    const scene = await createServer({ presence: 'required', minimumSafetyLevel: 'enhanced' })
    const [header, payload = '', signature] = (await attester.attest(scene.agent)).split('.')
    const claims = Buffer.from(payload, 'base64url').toString().replace('"standard"', '"enhanced"')
    const forged = [header, Buffer.from(claims).toString('base64url'), signature].join('.')
    expect(await callWith(scene, withAttestation(forged))).toBe('attestation_invalid signature')
  })
})

describe('a policy that asks for nothing by mistake', () => {
  it.each<[string, unknown]>([
    ['a presence that is none', 'always'],
    ['a misspelt member', { presence: 'required', minimumSafteyLevel: 'enhanced' }],
    ['no presence', { minimumSafetyLevel: 'enhanced' }],
    ['nothing', null],
  ])('%s makes no guard, for the server or for a tool', async (_name, policy) => {
    const asked = policy as Asked
    await expect(createServer(asked)).rejects.toThrow('attestation')
    await expect(createServer(undefined, readNotes(asked))).rejects.toThrow("tools: 'read_notes'")
  })
})
