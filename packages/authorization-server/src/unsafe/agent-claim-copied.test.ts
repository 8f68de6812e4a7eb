import { afterEach, describe, expect, it } from 'vitest'
import { type Attester, attest, makeAttester, postAttested } from '../../testing/attestation.ts'
import { obtainCode } from '../../testing/code-flow.ts'
import { claimsOf, fetchNonce } from '../../testing/token-request.ts'
import { type KeyPair, makeKey, REDIRECT, startWorld, type World } from '../../testing/world.ts'
import { vary, type Weakness } from './weaknesses.ts'

let world: World
afterEach(() => world.close())

/** An agent is attested once, and then asks for another token without an attestation. */
async function attack(weaknesses: readonly Weakness[]): Promise<unknown> {
  const attester: Attester = await makeAttester()
  const key: KeyPair = await makeKey()
  world = await startWorld({ options: { trust: attester.trust }, ...vary(weaknesses, {}) })
  const nonce = await fetchNonce(world)
  const { code, verifier } = await obtainCode(world)
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: REDIRECT }
  const attestation = await attest(attester, 'desktop', key)
  const first = await postAttested(world, { ...form, client_id: 'desktop' }, { key, nonce, attestation })
  expect(claimsOf(first).agent).toBeDefined()
  const refresh_token = String(first.body.refresh_token)
  const refresh = { grant_type: 'refresh_token', client_id: 'desktop', refresh_token }
  return claimsOf(await postAttested(world, refresh, { key, nonce })).agent
}

describe('an agent that is attested no more', () => {
  it('keeps its claim where that is copied from token to token', async () => {
    expect(await attack(['agent_claim_copied'])).toMatchObject({ level: 'provider' })
  })

  it('loses it with the next token here', async () => {
    expect(await attack([])).toBeUndefined()
  })
})
