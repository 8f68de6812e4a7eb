import type { Ledger, Spend } from '@countersign/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifies } from '../../../../tests/requirements/verifies.ts'
import { assertionForm, fetchNonce, makeTokenProof, postToken, requestAgentToken } from '../../testing/token-request.ts'
import { makeKey, startWorld, type World } from '../../testing/world.ts'

let world: World
let nonce: string
beforeAll(async () => {
  world = await startWorld()
  nonce = await fetchNonce(world)
})
afterAll(() => world.close())

const now = () => Math.floor(Date.now() / 1000)

async function tryClaims(claims: Record<string, unknown>) {
  const { status, body } = await requestAgentToken(world, {}, { claims })
  return { status, error: body.error }
}

async function tryForm(form: Record<string, string>) {
  const DPoP = await makeTokenProof(world.issuer, world.agentKey, { nonce })
  const { status, body } = await postToken(world.issuer, form, { DPoP })
  return { status, error: body.error }
}

const refused = { status: 401, error: 'invalid_client' }

describe('RFC 7523 §3 client assertions', () => {
  it(`${verifies('RFC7523-3-2')} name the issuer as their audience, in one string`, async () => {
    expect(await tryClaims({})).toMatchObject({ status: 200 })
    for (const aud of [
      [world.issuer],
      [world.issuer, 'https://other.example'],
      `${world.issuer}/token`,
      `${world.issuer}/`,
      'https://other.example',
      undefined,
    ]) {
      expect(await tryClaims({ aud }), String(aud)).toEqual(refused)
    }
  })

  it(`${verifies('RFC7523-3-3')} live for 300 seconds at most`, async () => {
    expect(await tryClaims({ exp: now() + 300, iat: now() })).toMatchObject({ status: 200 })
    expect(await tryClaims({ exp: now() + 302, iat: now() })).toEqual(refused)
    expect(await tryClaims({ exp: now() + 3600, iat: now() + 3500 })).toEqual(refused)
  })

  it('say when they were issued and when they expire', async () => {
    for (const claims of [{ exp: undefined }, { iat: undefined }, { exp: 'soon' }, { exp: now() - 10 }]) {
      expect(await tryClaims(claims)).toEqual(refused)
    }
  })

  it('that are dated ahead are taken before their date, and a ledger that may forget is told so', async () => {
    const spends: Spend[] = []
    const wrapLedger = ({ lifetime, spend }: Ledger): Ledger => ({
      lifetime,
      spend: (asked) => {
        spends.push(...asked)
        return spend(asked)
      },
    })
    const watched = await startWorld({ wrapLedger })
    try {
      const iat = now() + 4
      expect((await requestAgentToken(watched, {}, { claims: { iat, exp: iat + 60 } })).status).toBe(200)
      // What was used up to now by our clock is refused for good by a store that forgets now, 5 seconds behind or not.
      const [issued = Number.NaN] = spends.filter(({ kind }) => kind === 'assertion').map((spend) => spend.issued)
      expect(issued).toBeLessThanOrEqual(iat - 5)
    } finally {
      await watched.close()
    }
  })

  it('have an id, in reason', async () => {
    for (const jti of [undefined, '', 7, 'x'.repeat(257)]) expect(await tryClaims({ jti })).toEqual(refused)
  })

  it(`${verifies('RFC7523-3-1')} are about the client that issued them`, async () => {
    expect(await tryClaims({ iss: 'ed-agent' })).toEqual(refused)
    expect(await tryClaims({ sub: 'ed-agent' })).toEqual(refused)
  })

  it(`${verifies('RFC7523-3-5')} are signed by the key that is registered`, async () => {
    const stranger = await makeKey()
    expect(await tryForm(await assertionForm(world.issuer, 'agent', stranger))).toEqual(refused)
    expect(await tryForm(await assertionForm(world.issuer, 'nobody', stranger))).toEqual(refused)
  })

  it('are one text each: padding, blanks and unsigned bytes make another, which is refused', async () => {
    const form = await assertionForm(world.issuer, 'agent', world.agentKey)
    const { client_assertion: assertion = '' } = form
    for (const text of [`${assertion}=`, `${assertion}==`, assertion.replace('.', ' .'), `${assertion}.`]) {
      expect((await tryForm({ ...form, client_assertion: text })).status).toBeGreaterThanOrEqual(400)
    }
    expect(await tryForm(form)).toMatchObject({ status: 200 })
  })

  it('are spent whatever else is wrong with the request, and judged before anything else', async () => {
    const wrongs = [{ scope: 'mail:send "' }, { resource: 'https://stranger.example' }, { scope: '' }]
    for (const wrong of wrongs) {
      const form = await assertionForm(world.issuer, 'agent', world.agentKey)
      const first = await tryForm({ ...form, ...wrong })
      expect(await tryForm(form), JSON.stringify({ wrong, first })).toEqual(refused)
      expect(await tryForm({ ...form, ...wrong })).toEqual(refused)
    }
  })

  it('are spent, too, when the proof is refused, and a proof when the assertion is', async () => {
    const nonce = await fetchNonce(world)
    const form = await assertionForm(world.issuer, 'agent', world.agentKey)
    const wrongProof = await makeTokenProof(world.issuer, world.agentKey, { nonce, htm: 'GET' })
    expect((await postToken(world.issuer, form, { DPoP: wrongProof })).body.error).toBe('invalid_dpop_proof')
    const DPoP = await makeTokenProof(world.issuer, world.agentKey, { nonce })
    expect((await postToken(world.issuer, form, { DPoP })).body.error).toBe('invalid_client')
    const fresh = await assertionForm(world.issuer, 'agent', world.agentKey)
    expect((await postToken(world.issuer, fresh, { DPoP })).body.error).toBe('invalid_dpop_proof')
  })

  it('are needed: a client_id, a secret or another scheme does not replace them', async () => {
    const base = { grant_type: 'client_credentials', client_id: 'agent' }
    expect(await tryForm(base)).toEqual(refused)
    expect(await tryForm({ ...base, client_secret: 'guess' })).toEqual(refused)
  })
})
