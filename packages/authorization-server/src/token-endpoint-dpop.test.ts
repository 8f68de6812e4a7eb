import { exportJWK, type JWTHeaderParameters, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { verifies } from '../../../tests/requirements/verifies.ts'
import {
  assertionForm,
  claimsOf,
  fetchNonce,
  makeTokenProof,
  postToken,
  requestAgentToken,
} from '../testing/token-request.ts'
import { makeKey, startWorld, type World } from '../testing/world.ts'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

const askWith = async (proof: Record<string, unknown>) => {
  const nonce = await fetchNonce(world)
  const DPoP = await makeTokenProof(world.issuer, world.agentKey, { nonce, ...proof })
  const form = await assertionForm(world.issuer, 'agent', world.agentKey)
  const { status, body, headers } = await postToken(world.issuer, form, { DPoP })
  return { status, error: body.error, nonce: headers.get('DPoP-Nonce') }
}

describe('RFC 9449 §8 nonces at the token endpoint', () => {
  it(`${verifies('RFC9449-8-1', 'RFC9449-4.3-10')} are required, and handed out with the refusal`, async () => {
    const { status, error, nonce } = await askWith({ nonce: undefined })
    expect({ status, error }).toEqual({ status: 400, error: 'use_dpop_nonce' })
    expect(await askWith({ nonce })).toMatchObject({ status: 200 })
  })

  it('of strangers are refused with a good one', async () => {
    expect(await askWith({ nonce: 'made-up' })).toMatchObject({ status: 400, error: 'use_dpop_nonce' })
  })

  it('heal a client whose clock is wrong', async () => {
    expect(await askWith({ iat: Math.floor(Date.now() / 1000) - 3600 })).toMatchObject({ status: 200 })
  })

  it('run out before the memory of the proof does', async () => {
    const nonce = await fetchNonce(world)
    const DPoP = await makeTokenProof(world.issuer, world.agentKey, { nonce })
    const send = async () =>
      (await postToken(world.issuer, await assertionForm(world.issuer, 'agent', world.agentKey), { DPoP })).body.error
    expect(await send()).toBeUndefined()
    const start = Date.now()
    const outcomes = new Set<unknown>()
    for (let seconds = 20; seconds <= 900; seconds += 20) {
      vi.useFakeTimers({ toFake: ['Date'], now: start + seconds * 1000 })
      outcomes.add(await send())
    }
    vi.useRealTimers()
    expect(outcomes).toEqual(new Set(['invalid_dpop_proof', 'use_dpop_nonce']))
  })
})

describe('RFC 9449 §4.3 proofs at the token endpoint', () => {
  it(`${verifies('RFC9449-4.3-3', 'RFC9449-4.3-8', 'RFC9449-4.3-9')} are for this endpoint and method, whatever Host says`, async () => {
    for (const proof of [
      { htu: 'https://other.example/token' },
      { htu: `${world.issuer}/authorize` },
      { htm: 'GET' },
      { htm: undefined },
      { jti: undefined },
      { iat: undefined },
    ]) {
      expect(await askWith(proof)).toMatchObject({ status: 400, error: 'invalid_dpop_proof' })
    }
  })

  it(`${verifies('RFC9449-11.1-1')} are used once`, async () => {
    const nonce = await fetchNonce(world)
    const DPoP = await makeTokenProof(world.issuer, world.agentKey, { nonce })
    const form = () => assertionForm(world.issuer, 'agent', world.agentKey)
    expect((await postToken(world.issuer, await form(), { DPoP })).status).toBe(200)
    expect(await postToken(world.issuer, await form(), { DPoP })).toMatchObject({
      status: 400,
      body: { error: 'invalid_dpop_proof' },
    })
  })

  it(`${verifies('RFC9449-4.3-1')} come alone: two in one request are refused`, async () => {
    const nonce = await fetchNonce(world)
    const one = await makeTokenProof(world.issuer, world.agentKey, { nonce })
    const two = await makeTokenProof(world.issuer, world.agentKey, { nonce })
    const answer = await postToken(world.issuer, await assertionForm(world.issuer, 'agent', world.agentKey), {
      DPoP: `${one}, ${two}`,
    })
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
  })

  it(`${verifies('RFC9449-4.3-2')} are one text each: padding and altered bytes are refused`, async () => {
    const nonce = await fetchNonce(world)
    const proof = await makeTokenProof(world.issuer, world.agentKey, { nonce })
    for (const DPoP of [`${proof}==`, `${proof}=`, proof.replace('.', ' .'), `x${proof}`]) {
      const answer = await postToken(world.issuer, await assertionForm(world.issuer, 'agent', world.agentKey), { DPoP })
      expect(answer, DPoP).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
    }
  })

  it(`${verifies('RFC9449-4.3-4', 'RFC9449-4.3-5', 'RFC9449-4.3-6', 'RFC9449-4.3-7')} are signed, by a public key, as proofs`, async () => {
    const key = world.agentKey
    const other = await makeKey()
    const privateJwk = await exportJWK(key.privateKey)
    const secret = new Uint8Array(32)
    const headers = { alg: 'ES256', typ: 'dpop+jwt', jwk: key.publicJwk }
    const forgeries: [Record<string, unknown>, CryptoKey | Uint8Array][] = [
      [{ ...headers, typ: 'JWT' }, key.privateKey],
      [{ ...headers, typ: undefined }, key.privateKey],
      [{ ...headers, jwk: other.publicJwk }, key.privateKey],
      [{ ...headers, jwk: privateJwk }, key.privateKey],
      [{ ...headers, jwk: undefined }, key.privateKey],
      [{ ...headers, alg: 'HS256', jwk: { kty: 'oct', k: 'A'.repeat(43) } }, secret],
    ]
    const nonce = await fetchNonce(world)
    const claims = {
      jti: 'forged',
      htm: 'POST',
      htu: `${world.issuer}/token`,
      iat: Math.floor(Date.now() / 1000),
      nonce,
    }
    const signed = forgeries.map(([header, signer]) =>
      new SignJWT(claims).setProtectedHeader(header as unknown as JWTHeaderParameters).sign(signer),
    )
    const unsigned = `${encode({ ...headers, alg: 'none' })}.${encode(claims)}.`
    for (const DPoP of [...(await Promise.all(signed)), unsigned]) {
      const answer = await postToken(world.issuer, await assertionForm(world.issuer, 'agent', key), { DPoP })
      expect(answer, DPoP).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
    }
  })

  it('are demanded of every client but those registered otherwise', async () => {
    const withoutProof = async (clientId: string) =>
      postToken(world.issuer, await assertionForm(world.issuer, clientId, world.agentKey, { scope: 'notes:read' }))
    expect(await withoutProof('agent')).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } })
    const bearer = await withoutProof('bearer-agent')
    expect(bearer).toMatchObject({ status: 200, body: { token_type: 'Bearer' } })
    expect(claimsOf(bearer).cnf).toBeUndefined()
  })

  it('bind also the tokens of a client that may have bearer tokens', async () => {
    const proofKey = await makeKey()
    expect(claimsOf(await requestAgentToken(world, {}, { proofKey })).cnf).toBeDefined()
  })
})
