import type { Spend } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import fc from 'fast-check'
import { exportJWK, generateKeyPair } from 'jose'
import { describe, expect, it } from 'vitest'
import { assertion, deployment, ISSUER, NOW, strangersKey } from '../testing/issuer.test-fixture.ts'
import { authenticateDeployment } from './client-assertion.ts'
import { importDeploymentKeys } from './deployment-keys.ts'

const verifier = createFastVerifier()

async function setUp(keys: readonly object[] = deployment.jwks.keys) {
  const spends: Spend[] = []
  const parts = {
    issuer: ISSUER,
    keys: await importDeploymentKeys([{ ...deployment, jwks: { keys } }], verifier),
    verifier,
    clock: () => NOW,
    ledger: {
      lifetime: 'durable' as const,
      async spend([spend]: readonly Spend[]) {
        if (spend === undefined) return { spent: true as const }
        const isNew = spends.every(({ key }) => key !== spend.key)
        spends.push(spend)
        return isNew ? { spent: true as const } : { spent: false as const, exhausted: spend.key }
      },
    },
  }
  const judge = async (text: string) => {
    const result = await authenticateDeployment(text, parts)
    return result.ok ? result.clientId : result.reason
  }
  return { judge, spends }
}

describe('a client assertion', () => {
  it('authenticates a deployment once', async () => {
    const { judge } = await setUp()
    const text = await assertion(NOW)
    expect(await judge(text)).toBe('assistant')
    expect(await judge(text)).toBe('used')
  })

  it('is kept for longer than anybody takes it', async () => {
    const { judge, spends } = await setUp()
    await judge(await assertion(NOW))
    expect(spends[0]?.until).toBeGreaterThan(NOW + 60 + 30)
  })

  it('dated ahead, is told to the ledger as one that could have been used before its date', async () => {
    const { judge, spends } = await setUp()
    expect(await judge(await assertion(NOW, { iat: NOW + 30 }))).toBe('assistant')
    // A store that lost its memory now refuses what could have been used until in 5 seconds.
    expect(spends[0]?.issued).toBeLessThan(NOW + 5)
  })

  it('is refused for each claim that is missing or wrong, and spends nothing then', async () => {
    const { judge, spends } = await setUp()
    const cases: [Record<string, unknown>, string][] = [
      [{ iss: 'other' }, 'iss'],
      [{ iss: undefined }, 'iss'],
      [{ sub: undefined }, 'unknown_deployment'],
      [{ sub: 7 }, 'unknown_deployment'],
      [{ aud: [ISSUER] }, 'aud'],
      [{ aud: `${ISSUER}/` }, 'aud'],
      [{ aud: `${ISSUER}/attest` }, 'aud'],
      [{ aud: undefined }, 'aud'],
      [{ jti: undefined }, 'jti'],
      [{ jti: '' }, 'jti'],
      [{ jti: 'x'.repeat(257) }, 'jti'],
      [{ iat: undefined }, 'iat'],
      [{ iat: NOW + 31, exp: NOW + 60 }, 'iat'],
      [{ nbf: NOW + 31 }, 'nbf'],
      [{ exp: undefined }, 'lifetime'],
      [{ exp: NOW + 301 }, 'lifetime'],
      [{ exp: NOW }, 'lifetime'],
      [{ iat: NOW - 90, exp: NOW - 30 }, 'expired'],
    ]
    for (const [claims, reason] of cases) {
      expect(await judge(await assertion(NOW, claims)), JSON.stringify(claims)).toBe(reason)
    }
    expect(await judge(await assertion(NOW, {}, { typ: 'dpop+jwt' }))).toBe('typ')
    expect(spends).toEqual([])
  })

  it('is taken from a clock that is half a minute off, either way', async () => {
    const { judge } = await setUp()
    expect(await judge(await assertion(NOW, { iat: NOW + 30, exp: NOW + 90 }))).toBe('assistant')
    expect(await judge(await assertion(NOW, { iat: NOW - 89, exp: NOW - 29 }))).toBe('assistant')
  })

  it('is signed by a key of that deployment, whichever `kid` it names', async () => {
    const other = await generateKeyPair('Ed25519')
    const [own = {}] = deployment.jwks.keys
    const keys = [
      { ...own, kid: 'a' },
      { ...(await exportJWK(other.publicKey)), kid: 'b' },
    ]
    const { judge } = await setUp(keys)
    expect(await judge(await assertion(NOW, {}, { kid: 'a' }))).toBe('assistant')
    expect(await judge(await assertion(NOW, {}, { kid: 'b' }))).toBe('signature')
    expect(await judge(await assertion(NOW, {}, { alg: 'Ed25519', kid: 'b' }, other.privateKey))).toBe('assistant')
    expect(await judge(await assertion(NOW, {}, { alg: 'EdDSA' }, other.privateKey))).toBe('assistant')
    expect(await judge(await assertion(NOW, {}, { kid: 'a' }, strangersKey))).toBe('signature')
  })

  it('brings no key of its own into play', async () => {
    const { judge } = await setUp()
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
    const header = { jwk: await exportJWK(publicKey) }
    expect(await judge(await assertion(NOW, {}, header, privateKey))).toBe('signature')
  })

  it('is refused with any character changed', async () => {
    const text = await assertion(NOW)
    const { judge } = await setUp()
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom(...'AZaz09-_.='), async (place, character) => {
        fc.pre(text[place] !== character)
        expect(await judge(`${text.slice(0, place)}${character}${text.slice(place + 1)}`)).not.toBe('assistant')
      }),
      { numRuns: 300 },
    )
  })
})
