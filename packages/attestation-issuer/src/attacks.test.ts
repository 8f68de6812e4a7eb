import {
  createAttestationIssuer,
  createLocalSigner,
  generateSigningJwk,
  makeInstanceProof,
} from '@countersign/attestation/issue'
import { createFastVerifier } from '@countersign/core/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authenticateDeployment } from './clients/client-assertion.ts'
import { importDeploymentKeys } from './clients/deployment-keys.ts'
import {
  assertion,
  attest,
  deployment,
  ISSUER,
  instance,
  makeWorld,
  NOW,
  prove,
  read,
} from './testing/issuer.test-fixture.ts'

const world = makeWorld()
let server: Awaited<ReturnType<typeof world.open>>
beforeAll(async () => {
  server = await world.open()
})
afterAll(async () => {
  await server.close()
  world.remove()
})

const verifier = createFastVerifier()
const clock = () => NOW
const outcomeOf = async (response: Response) => (await read(response)).error ?? 'issued'

describe('a captured request to the attestation endpoint, sent again', () => {
  it('lands where assertions are not remembered', async () => {
    const keys = await importDeploymentKeys([deployment], verifier)
    const ledger = { lifetime: 'durable', spend: async () => ({ spent: true }) as const } as const
    const captured = await assertion(NOW)
    for (let time = 0; time < 2; time++) {
      const result = await authenticateDeployment(captured, { issuer: ISSUER, keys, verifier, ledger, clock })
      expect(result.ok).toBe(true)
    }
  })

  it('is stopped here, whether assertion and proof are both the same or only one of them', async () => {
    const client_assertion = await assertion(NOW)
    const instance_proof = await prove(server)
    expect(await outcomeOf(await attest(server, { client_assertion, instance_proof }))).toBe('issued')
    expect(await outcomeOf(await attest(server, { client_assertion, instance_proof }))).toBe('invalid_client')
    const fresh = { client_assertion: await assertion(NOW), instance_proof }
    expect(await outcomeOf(await attest(server, fresh))).toBe('use_attestation_challenge')
  })
})

describe('a proof that an instance made long ago, shown by somebody who got hold of its deployment’s key', () => {
  it('lands where challenges are not remembered', async () => {
    const signer = await createLocalSigner(await generateSigningJwk())
    const careless = createAttestationIssuer({
      issuer: ISSUER,
      signer: () => signer,
      registrations: { find: () => deployment },
      challenges: { make: async () => 'always the same', redeem: async () => 'redeemed' },
      verifier,
      clock,
    })
    const old = await makeInstanceProof(instance, { issuer: ISSUER, challenge: 'x', clientId: 'assistant' })
    expect((await careless.issue('assistant', old)).ok).toBe(true)
  })

  it('is stopped here: the challenge in it is not of now', async () => {
    const instance_proof = await prove(server, { challenge: 'x' })
    const outcome = await outcomeOf(await attest(server, { client_assertion: await assertion(NOW), instance_proof }))
    expect(outcome).toBe('use_attestation_challenge')
  })
})

describe('claims that a request brings along', () => {
  it('are in no attestation: not from the form, and not from the assertion', async () => {
    const claims = { agent_identity: { model_family: 'another' }, safety_level: 'enhanced' }
    const fields = {
      client_assertion: await assertion(NOW, claims),
      instance_proof: await prove(server),
      agent_identity: '{"model_family":"another"}',
    }
    const { attestation } = await read(await attest(server, fields))
    const [, payload = ''] = String(attestation).split('.')
    const issued = JSON.parse(Buffer.from(payload, 'base64url').toString())
    expect(issued.agent_identity).toEqual(deployment.identity)
    expect(issued.attestation_metadata).toEqual(deployment.metadata)
  })
})
