import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Attester, attest, makeAttester, postAttested, type Shown } from '../../testing/attestation.ts'
import { obtainCode, redeemCode } from '../../testing/code-flow.ts'
import {
  assertionForm,
  claimsOf,
  fetchNonce,
  makeTokenProof,
  postToken,
  type TokenAnswer,
} from '../../testing/token-request.ts'
import { type KeyPair, makeKey, NOTES, REDIRECT, startWorld, type World } from '../../testing/world.ts'

let world: World
let attester: Attester
let key: KeyPair
let nonce: string

beforeEach(async () => {
  attester = await makeAttester()
  const operatorKey = await makeKey()
  const machine = { grants: ['client_credentials'], scopes: ['notes:read'] } as const
  const person = {
    grants: ['authorization_code', 'refresh_token'],
    redirectUris: [REDIRECT],
    scopes: ['notes:read'],
    public: true,
  } as const
  const jwks = { keys: [operatorKey.publicJwk] }
  const clients = [
    { ...machine, clientId: 'any', jwks },
    { ...machine, clientId: 'wished', jwks, attestation: 'preferred' },
    { ...machine, clientId: 'strict', jwks, attestation: { presence: 'required', providers: ['anthropic'] } },
    { ...person, clientId: 'desktop' },
    { ...person, clientId: 'strict-desktop', attestation: 'required' },
  ] as const
  world = {
    ...(await startWorld({ options: { trust: attester.trust, clients } })),
    agentKey: operatorKey,
  }
  key = await makeKey()
  nonce =
    (
      await postToken(
        world.issuer,
        { ...(await assertionForm(world.issuer, 'any', operatorKey)) },
        {
          DPoP: await makeTokenProof(world.issuer, key),
        },
      )
    ).headers.get('DPoP-Nonce') ?? ''
})
afterEach(async () => {
  vi.useRealTimers()
  await world.close()
})

const outcomeOf = ({ status, body }: TokenAnswer) => `${status} ${body.error ?? 'token'}`
const shown = (attestation?: string): Shown => ({ key, nonce, ...(attestation !== undefined && { attestation }) })
const PAST = { iat: 1, nbf: 1, exp: 301 }

describe('an attestation beside another proof of the client', () => {
  const ask = async (clientId: string, attestation?: string) =>
    postAttested(world, await assertionForm(world.issuer, clientId, world.agentKey), shown(attestation))

  it('goes into the token, whether it was asked for or not', async () => {
    for (const clientId of ['any', 'wished', 'strict']) {
      const answer = await ask(clientId, await attest(attester, clientId, key))
      expect(claimsOf(answer).agent, clientId).toMatchObject({ key: attester.thumbprint })
    }
  })

  it('that is missing is refused, told of, or nothing, as the policy says', async () => {
    expect(await ask('strict')).toMatchObject({ status: 400, body: { error: 'invalid_client_attestation' } })
    expect(claimsOf(await ask('wished')).agent).toBeUndefined()
    expect(claimsOf(await ask('any')).agent).toBeUndefined()
    expect(world.log.filter(({ type }) => type === 'attestation_missed')).toEqual([
      { type: 'attestation_missed', clientId: 'wished', reason: 'none' },
    ])
    expect(world.log).toContainEqual({
      type: 'token_refused',
      error: 'invalid_client_attestation',
      clientId: 'strict',
      rejection: 'attestation_required',
    })
  })

  it.each(['any', 'wished', 'strict'])(
    'that is forged or past is refused whatever the policy: for %s (A6)',
    async (clientId) => {
      const strangers = { ...attester, key: await makeKey('Ed25519') }
      expect(outcomeOf(await ask(clientId, await attest(strangers, clientId, key)))).toBe(
        '400 invalid_client_attestation',
      )
      expect(outcomeOf(await ask(clientId, await attest(attester, clientId, key, PAST)))).toBe(
        '400 use_fresh_attestation',
      )
      expect(outcomeOf(await ask(clientId, 'nonsense'))).toBe('400 invalid_client_attestation')
    },
  )

  it('that is refused has spent neither assertion nor proof', async () => {
    const form = await assertionForm(world.issuer, 'strict', world.agentKey)
    const DPoP = await makeTokenProof(world.issuer, key, { nonce })
    const send = async (attestation: string) =>
      outcomeOf(await postToken(world.issuer, form, { DPoP, 'OAuth-Client-Attestation': attestation }))
    expect(await send(await attest(attester, 'strict', key, PAST))).toBe('400 use_fresh_attestation')
    const good = await attest(attester, 'strict', key)
    expect(await send(good)).toBe('200 token')
    expect(await send(good)).toMatch(/invalid/)
  })

  it('does not stand in for the assertion', async () => {
    const form = { grant_type: 'client_credentials', client_id: 'strict' }
    const answer = await postAttested(world, form, shown(await attest(attester, 'strict', key)))
    expect(outcomeOf(answer)).toBe('401 invalid_client')
  })
})

describe('an attestation of a person’s client', () => {
  const redeem = async (clientId: string, attestation?: string) => {
    const { code, verifier } = await obtainCode(world, { client_id: clientId })
    return postAttested(world, codeForm(clientId, code, verifier), shown(attestation))
  }
  const codeForm = (client_id: string, code: string, code_verifier: string) => ({
    grant_type: 'authorization_code',
    client_id,
    code,
    code_verifier,
    redirect_uri: REDIRECT,
    resource: NOTES,
  })
  const refresh = async (clientId: string, token: unknown, attestation?: string) =>
    postAttested(
      world,
      { grant_type: 'refresh_token', client_id: clientId, refresh_token: String(token) },
      shown(attestation),
    )

  it('that is refused leaves the code for another try', async () => {
    const { code, verifier } = await obtainCode(world, { client_id: 'strict-desktop' })
    const send = (attestation?: string) =>
      postAttested(world, codeForm('strict-desktop', code, verifier), shown(attestation))
    expect(outcomeOf(await send())).toBe('400 invalid_client_attestation')
    expect(outcomeOf(await send(await attest(attester, 'strict-desktop', key, PAST)))).toBe('400 use_fresh_attestation')
    expect(outcomeOf(await send(await attest(attester, 'strict-desktop', key)))).toBe('200 token')
  })

  it('is not carried on by its refresh token', async () => {
    const first = await redeem('desktop', await attest(attester, 'desktop', key))
    expect(claimsOf(first).agent).toBeDefined()
    const second = await refresh('desktop', first.body.refresh_token)
    expect([second.status, claimsOf(second).agent]).toEqual([200, undefined])
  })

  it('is told of again when the refresh brings a fresh one', async () => {
    const first = await redeem('desktop')
    const second = await refresh('desktop', first.body.refresh_token, await attest(attester, 'desktop', key))
    expect(claimsOf(second).agent).toMatchObject({ jkt: (claimsOf(second).cnf as { jkt: string }).jkt })
  })

  it('is brought by each refresh where it is required, and a refused one has spent nothing', async () => {
    const first = await redeem('strict-desktop', await attest(attester, 'strict-desktop', key))
    const token = first.body.refresh_token
    expect(outcomeOf(await refresh('strict-desktop', token))).toBe('400 invalid_client_attestation')
    const DPoP = await makeTokenProof(world.issuer, key, { nonce })
    const form = { grant_type: 'refresh_token', client_id: 'strict-desktop', refresh_token: String(token) }
    const send = async (attestation: string) =>
      outcomeOf(await postToken(world.issuer, form, { DPoP, 'OAuth-Client-Attestation': attestation }))
    expect(await send(await attest(attester, 'strict-desktop', key, PAST))).toBe('400 use_fresh_attestation')
    expect(await send(await attest(attester, 'strict-desktop', key))).toBe('200 token')
  })

  it('changes nothing for a refresh token that comes back: it ends its family, also without one', async () => {
    const first = await redeem('strict-desktop', await attest(attester, 'strict-desktop', key))
    const fresh = () => attest(attester, 'strict-desktop', key)
    const second = await refresh('strict-desktop', first.body.refresh_token, await fresh())
    expect(second.status).toBe(200)
    const thief = { ...shown(), key: await makeKey() }
    const form = {
      grant_type: 'refresh_token',
      client_id: 'strict-desktop',
      refresh_token: String(first.body.refresh_token),
    }
    expect(outcomeOf(await postAttested(world, form, thief))).toBe('400 invalid_grant')
    expect(outcomeOf(await refresh('strict-desktop', second.body.refresh_token, await fresh()))).toBe(
      '400 invalid_grant',
    )
    expect(world.log).toContainEqual({ type: 'family_revoked', clientId: 'strict-desktop', cause: 'refresh_token' })
  })

  it('that was repeated at once under the same key ends no family', async () => {
    const fresh = () => attest(attester, 'strict-desktop', key)
    const first = await redeem('strict-desktop', await fresh())
    const second = await refresh('strict-desktop', first.body.refresh_token, await fresh())
    expect(outcomeOf(await refresh('strict-desktop', first.body.refresh_token, await fresh()))).toBe(
      '400 invalid_grant',
    )
    expect(outcomeOf(await refresh('strict-desktop', second.body.refresh_token, await fresh()))).toBe('200 token')
  })
})

describe('without a trust list', () => {
  it('an attestation is looked at by nobody, and counts as missing', async () => {
    const plain = await startWorld()
    try {
      const attestation = await attest(attester, 'agent', plain.agentKey)
      const form = await assertionForm(plain.issuer, 'agent', plain.agentKey)
      const answer = await postAttested(plain, form, {
        key: plain.agentKey,
        nonce: await fetchNonce(plain),
        attestation,
      })
      expect(claimsOf(answer).agent).toBeUndefined()
      const obtained = await obtainCode(plain)
      const exchange = { key: plain.agentKey, nonce: await fetchNonce(plain) }
      expect((await redeemCode(plain, obtained, exchange)).status).toBe(200)
    } finally {
      await plain.close()
    }
  })
})
