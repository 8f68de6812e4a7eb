/** A6, what stands beside the attack: each reason for which the weaker of the two carriages is refused. */

import { createTrustList, type TrustEntry } from '@countersign/attestation/trust'
import { createFastVerifier } from '@countersign/core/node'
import {
  type Answer,
  attestedAs,
  callAttested,
  createSessionfulHandler,
  createStrangersKey,
  type Deployment,
  obtainToken,
} from '@countersign/lab'
import type { CryptoKey } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  callInAttestedSession,
  initializeAttested,
  legacyIssuer,
  signLegacyAttestation,
} from '../../packages/lab/src/scene/legacy-attestation.ts'
import { useDeployment } from '../support/attack.ts'

const [legacyKey, boundKey] = [await createStrangersKey(), await createStrangersKey()]
const legacyLine: TrustEntry = { ...legacyIssuer, keys: { keys: [{ ...legacyKey.publicJwk, kid: 'k1' }] } }
const boundLine: TrustEntry = {
  issuer: 'https://bound.example',
  keys: { keys: [{ ...boundKey.publicJwk, kid: 'k1' }] },
  level: 'provider',
  providers: ['example'],
  trustDomain: 'bound.example',
}
const trust = createTrustList(createFastVerifier(), [legacyLine, boundLine])
const common = { durable: true, handler: createSessionfulHandler } as const

/** A token of that carriage for the first server, by whoever holds the key; claims may be bent. */
function signLegacy(privateKey: CryptoKey, { a }: Deployment, claims = {}): Promise<string> {
  return signLegacyAttestation({ issuer: legacyLine.issuer, privateKey, keyId: 'k1' }, a.resource, claims)
}

/** The codes that its clients know. */
function legacyCodeOf({ body }: Answer): number | undefined {
  const data = /^data: (.*)$/m.exec(body)?.[1] ?? body
  return (JSON.parse(data) as { error?: { code?: number } }).error?.code
}

describe('A6: the legacy carriage', () => {
  const strict = useDeployment({ ...common, guard: { attestation: 'required', trust } })
  const lenient = useDeployment({ ...common, guard: { attestation: 'preferred', trust } })
  const careless = useDeployment({
    ...common,
    guard: { attestation: 'preferred', trust },
    weak: ['legacy_attestation'],
  })

  it('is good where an attestation is preferred: what follows is stopped for its own reason', async () => {
    const token = await signLegacy(legacyKey.privateKey, lenient())
    expect((await callInAttestedSession(lenient(), token)).status).toBe(200)
  })

  it('satisfies no server that requires an attestation (-32001)', async () => {
    const token = await signLegacy(legacyKey.privateKey, strict())
    expect(legacyCodeOf(await callInAttestedSession(strict(), token))).toBe(-32001)
  })

  const forgeries: readonly [string, number, (deployment: Deployment) => Promise<string>][] = [
    ['forged by a stranger', -32002, async (d) => signLegacy((await createStrangersKey()).privateKey, d)],
    [
      'of an issuer whose attestations come in the header',
      -32005,
      (d) => signLegacy(boundKey.privateKey, d, { iss: boundLine.issuer, sub: 'spiffe://bound.example/model/m' }),
    ],
    [
      'of an older version',
      -32002,
      (d) =>
        signLegacy(legacyKey.privateKey, d, {
          attestation_metadata: { ...attestedAs.metadata, attestation_version: '0.0.1' },
        }),
    ],
    ['for another server', -32002, (d) => signLegacy(legacyKey.privateKey, d, { aud: d.b.resource })],
    ['that is over', -32003, (d) => signLegacy(legacyKey.privateKey, d, { iat: 1000, nbf: 1000, exp: 1300 })],
    [
      'of a stranger that looks like the issuer',
      -32005,
      (d) => signLegacy(legacyKey.privateKey, d, { iss: 'https://1egacy.example' }),
    ],
  ]

  it.each(forgeries)('with a token %s would pass for none, were it not judged', async (_what, _code, make) => {
    const answer = await initializeAttested(await obtainToken(careless()), careless(), {
      token: await make(careless()),
    })
    expect(answer.status).toBe(200)
    expect(legacyCodeOf(answer)).toBeUndefined()
  })

  it.each(forgeries)('with a token %s is refused also where one is preferred (%d)', async (_what, code, make) => {
    expect(legacyCodeOf(await callInAttestedSession(lenient(), await make(lenient())))).toBe(code)
  })

  it('is good for one use (-32004), also in somebody else’s hands', async () => {
    const token = await signLegacy(legacyKey.privateKey, lenient())
    expect((await callInAttestedSession(lenient(), token)).status).toBe(200)
    expect(legacyCodeOf(await callInAttestedSession(lenient(), token))).toBe(-32004)
  })

  it('of a version that the client made up is no reason to look less closely (-32002)', async () => {
    const token = await signLegacy(legacyKey.privateKey, lenient())
    const answer = await initializeAttested(await obtainToken(lenient()), lenient(), { token, version: '0.0.9' })
    expect(legacyCodeOf(answer)).toBe(-32002)
  })

  it('is no way around the header: its tokens are refused there', async () => {
    const holder = await obtainToken(lenient())
    const token = await signLegacy(legacyKey.privateKey, lenient())
    expect((await callAttested(holder, lenient(), token)).code).toBe('attestation_invalid')
  })
})
