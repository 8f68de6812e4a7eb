import { createTrustList } from '@countersign/attestation/trust'
import { createAttestationVerifier } from '@countersign/attestation/verify'
import { createFastVerifier } from '@countersign/core/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ask,
  assertion,
  attest,
  attestHonestly,
  deployment,
  fetchChallenge,
  ISSUER,
  instance,
  makeWorld,
  NOW,
  prove,
  RESOURCE,
  read,
  root,
  strangersKey,
} from './testing/issuer.test-fixture.ts'

let world: ReturnType<typeof makeWorld>
let server: Awaited<ReturnType<typeof world.open>>
beforeEach(async () => {
  world = makeWorld({ root })
  server = await world.open()
})
afterEach(async () => {
  await server.close()
  world.remove()
})

async function outcomeOf(response: Response): Promise<string> {
  const body = await read(response)
  return `${response.status} ${body.error ?? 'issued'}`
}

describe('the attestation endpoint', () => {
  it('gives a deployment an attestation that verifies with the published keys, for the instance’s key', async () => {
    const { status, body } = await attestHonestly(server, NOW, RESOURCE)
    expect(status).toBe(200)
    expect(body).toMatchObject({ issued_at: NOW, expires_at: NOW + 300 })
    const verifier = createFastVerifier()
    const keys = JSON.parse((await server.publish()).jwks)
    const trust = createTrustList(verifier, [{ issuer: ISSUER, keys, level: 'provider', providers: ['example'] }])
    const attestations = createAttestationVerifier({ verifier, clock: () => NOW, trust })
    const expected = { proofThumbprint: instance.keyId, clientId: 'assistant', audience: RESOURCE }
    expect(await attestations.verify(String(body.attestation), expected)).toMatchObject({
      ok: true,
      value: { jkt: instance.keyId, agent: { identity: deployment.identity, assurance: 'asserted' } },
    })
    expect(world.events).toEqual([
      { type: 'attestation_issued', clientId: 'assistant', keyId: server.keys()[0]?.keyId, seconds: 0 },
    ])
  })

  it('takes nobody at their word: no assertion, another type of one, a stranger, a stranger’s key', async () => {
    const instance_proof = await prove(server)
    const client_assertion = await assertion(NOW)
    const cases: Record<string, string | undefined>[] = [
      { instance_proof },
      { instance_proof, client_assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2' },
      { instance_proof, client_assertion: await assertion(NOW, { iss: 'other', sub: 'other' }) },
      { instance_proof, client_assertion: await assertion(NOW, {}, {}, strangersKey) },
      { instance_proof, client_assertion, client_id: 'other' },
    ]
    for (const fields of cases) expect(await outcomeOf(await attest(server, fields))).toBe('401 invalid_client')
    expect(world.events.map(({ type }) => type)).toEqual(cases.map(() => 'attestation_issue_refused'))
  })

  it('takes an assertion once, of fifty that come at once', async () => {
    const client_assertion = await assertion(NOW)
    const proofs = await Promise.all(Array.from({ length: 50 }, () => prove(server)))
    const outcomes = await Promise.all(
      proofs.map(async (instance_proof) => outcomeOf(await attest(server, { client_assertion, instance_proof }))),
    )
    expect(outcomes.filter((outcome) => outcome === '200 issued')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === '401 invalid_client')).toHaveLength(49)
  })

  it('takes a challenge once, of fifty that come at once with assertions of their own', async () => {
    const instance_proof = await prove(server)
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async () =>
        outcomeOf(await attest(server, { client_assertion: await assertion(NOW), instance_proof })),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === '200 issued')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === '400 use_attestation_challenge')).toHaveLength(49)
  })

  it('names the challenge to use when that of the proof is not of now, and that one works', async () => {
    const instance_proof = await prove(server)
    world.time.now += 61
    const refused = await attest(server, { client_assertion: await assertion(world.time.now), instance_proof })
    expect(refused.headers.get('Cache-Control')).toBe('no-store')
    const challenge = refused.headers.get('OAuth-Client-Attestation-Challenge') ?? ''
    expect(await outcomeOf(refused)).toBe('400 use_attestation_challenge')
    const again = {
      client_assertion: await assertion(world.time.now),
      instance_proof: await prove(server, { challenge }),
    }
    expect(await outcomeOf(await attest(server, again))).toBe('200 issued')
  })

  it('refuses proofs of another deployment, and texts that are none', async () => {
    for (const instance_proof of [await prove(server, { clientId: 'other' }), 'a.b.c', '', undefined]) {
      const fields = { client_assertion: await assertion(NOW), instance_proof }
      expect(await outcomeOf(await attest(server, fields))).toBe('400 invalid_instance_proof')
    }
  })

  it('attests to the audiences of the registration alone', async () => {
    const narrow = await world.open({ deployments: [{ ...deployment, audiences: [RESOURCE] }] })
    const outcome = async (audience?: string) => (await attestHonestly(narrow, NOW, audience)).body
    expect(await outcome(RESOURCE)).toHaveProperty('attestation')
    expect(await outcome('https://other.example/mcp')).toMatchObject({ error: 'invalid_target' })
    expect(await outcome()).toMatchObject({ error: 'invalid_target' })
    await narrow.close()
  })

  it('takes challenges and remembers assertions across processes on one file, and across restarts', async () => {
    const challenge = await fetchChallenge(server)
    const client_assertion = await assertion(NOW)
    const other = await world.open()
    const instance_proof = await prove(other, { challenge })
    expect(await outcomeOf(await attest(other, { client_assertion, instance_proof }))).toBe('200 issued')
    await other.close()
    await server.close()
    server = await world.open()
    const again = { client_assertion, instance_proof: await prove(server) }
    expect(await outcomeOf(await attest(server, again))).toBe('401 invalid_client')
    const answered = { client_assertion: await assertion(NOW), instance_proof }
    expect(await outcomeOf(await attest(server, answered))).toBe('400 use_attestation_challenge')
  })

  it('issues nothing while the store cannot answer, and says so to its operator alone', async () => {
    const fields = { client_assertion: await assertion(NOW), instance_proof: await prove(server) }
    await server.close()
    const response = await attest(server, fields)
    expect(response.headers.get('Retry-After')).toBe('1')
    expect(await outcomeOf(response)).toBe('503 temporarily_unavailable')
    expect(world.faults).toHaveLength(1)
  })

  it('signs again after a long silence in which nobody tended to its keys', async () => {
    world.time.now += 400 * 86_400
    expect((await attestHonestly(server, world.time.now)).status).toBe(200)
  })

  it('tells of no key, no assertion and no attestation in any event', async () => {
    const client_assertion = await assertion(NOW)
    const response = await read(await attest(server, { client_assertion, instance_proof: await prove(server) }))
    await attest(server, { client_assertion, instance_proof: await prove(server) })
    const told = JSON.stringify(world.events)
    for (const secret of [client_assertion, String(response.attestation), ...client_assertion.split('.')]) {
      expect(told).not.toContain(secret)
    }
  })
})

describe('a challenge', () => {
  it('is given to anybody, is never the same, and is kept out of caches', async () => {
    const response = await ask(server, '/challenge', { method: 'POST' })
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    expect(await read(response)).toEqual({ attestation_challenge: expect.any(String), expires_in: 60 })
    expect(await fetchChallenge(server)).not.toBe(await fetchChallenge(server))
  })
})
