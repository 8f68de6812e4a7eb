import { calculateJwkThumbprint, createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import {
  assertionForm,
  claimsOf,
  fetchNonce,
  makeTokenProof,
  postToken,
  requestAgentToken,
} from '../testing/token-request.ts'
import { makeKey, NOTES, startWorld, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

describe('RFC 6749 §4.4 client credentials with RFC 7523 private_key_jwt', () => {
  it(`${verifies('RFC9068-2.1-1', 'RFC9068-2.2-1', 'RFC9449-5-1', 'RFC9449-6.1-1')} issues an access token of RFC 9068, bound to the key of the proof`, async () => {
    const answer = await requestAgentToken(world, { resource: NOTES, scope: 'notes:read notes:write' })
    expect(answer).toMatchObject({
      status: 200,
      body: { token_type: 'DPoP', expires_in: 300, scope: 'notes:read notes:write' },
    })
    const jwks = createRemoteJWKSet(new URL(`${world.issuer}/jwks`))
    const { payload, protectedHeader } = await jwtVerify(String(answer.body.access_token), jwks)
    expect(protectedHeader).toMatchObject({ typ: 'at+jwt', alg: 'Ed25519' })
    expect(payload).toEqual({
      iss: world.issuer,
      aud: NOTES,
      sub: 'agent',
      client_id: 'agent',
      scope: 'notes:read notes:write',
      jti: expect.stringMatching(/^[\w-]{21,}$/),
      iat: expect.any(Number),
      exp: Number(payload.iat) + 300,
      cnf: { jkt: await calculateJwkThumbprint(world.agentKey.publicJwk) },
    })
  })

  it('takes Ed25519 assertions under both names of the algorithm', async () => {
    for (const alg of ['EdDSA', 'Ed25519'] as const) {
      const form = await assertionForm(world.issuer, 'ed-agent', { ...world.edKey, alg }, { scope: 'notes:read' })
      const nonce = await fetchNonce(world)
      const DPoP = await makeTokenProof(world.issuer, { ...world.edKey, alg }, { nonce })
      expect(await postToken(world.issuer, form, { DPoP })).toMatchObject({ status: 200 })
    }
  })

  it('binds the token to the proof key, not to the assertion key', async () => {
    const proofKey = await makeKey('Ed25519')
    const claims = claimsOf(await requestAgentToken(world, {}, { proofKey }))
    expect(claims.cnf).toEqual({ jkt: await calculateJwkThumbprint(proofKey.publicJwk) })
  })
})
