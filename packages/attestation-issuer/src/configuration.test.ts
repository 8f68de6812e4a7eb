import { statSync, writeFileSync } from 'node:fs'
import { createLocalSigner, generateSigningJwk } from '@countersign/attestation/issue'
import { DatabaseUnusable } from '@countersign/ledgers/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AttestationIssuerServerOptions } from './options.ts'
import { deployment, ISSUER, makeWorld, root } from './testing/issuer.test-fixture.ts'

let world: ReturnType<typeof makeWorld>
beforeEach(() => {
  world = makeWorld()
})
afterEach(() => world.remove())

const privateKey = await generateSigningJwk()
const other = await createLocalSigner(await generateSigningJwk())

describe('an issuer', () => {
  it('refuses to start with what cannot be, and names cause and cure', async () => {
    const { metadata, identity } = deployment
    const cases: [Partial<AttestationIssuerServerOptions>, string][] = [
      [{ issuer: 'attest.example' }, 'not an absolute https URL'],
      [{ issuer: 'http://attest.example' }, 'plain http'],
      [{ issuer: `${ISSUER}/` }, `write ${ISSUER}`],
      [{ issuer: `${ISSUER}/a/?b` }, 'canonical form'],
      [{ keyLife: { overlap: 60 } }, 'overlap'],
      [{ bundleLifetime: 60 }, 'bundleLifetime'],
      [{ bundleLifetime: Number.NaN }, 'bundleLifetime'],
      [{ root, rootKey: other.publicJwk }, 'two keys'],
      [{ deployments: [deployment, deployment] }, 'registered twice'],
      [{ deployments: [{ ...deployment, jwks: { keys: [] } }] }, 'needs 1 to 8 keys'],
      [{ deployments: [{ ...deployment, jwks: { keys: [privateKey] } }] }, 'not a public P-256 or Ed25519 JWK'],
      [{ deployments: [{ ...deployment, audiences: [] }] }, 'leave `audiences` out'],
      [{ deployments: [{ ...deployment, lifetime: 601 }] }, 'lifetime'],
      [{ deployments: [{ ...deployment, identity: { ...identity, provider: '' } }] }, 'agent_identity'],
      [{ deployments: [{ ...deployment, metadata: { ...metadata, attestation_type: '' } }] }, 'attestation_metadata'],
    ]
    for (const [options, message] of cases) await expect(world.open(options), message).rejects.toThrow(message)
  })

  it('shows no private member of a key that was given for a public one', async () => {
    const opening = world.open({ deployments: [{ ...deployment, jwks: { keys: [privateKey] } }] })
    await expect(opening).rejects.toSatisfy((error: Error) => !error.message.includes(privateKey.d ?? 'd'))
  })

  it('leaves a file alone that is not its own', async () => {
    writeFileSync(world.database, 'something else')
    await expect(world.open()).rejects.toBeInstanceOf(DatabaseUnusable)
  })

  it('keeps its keys where nobody else can read them', async () => {
    const server = await world.open()
    expect(statSync(world.database).mode & 0o777).toBe(0o600)
    await server.close()
  })

  it('on a loopback host may be plain http', async () => {
    const server = await world.open({ issuer: 'http://127.0.0.1:4003' })
    expect(server.issuer).toBe('http://127.0.0.1:4003')
    await server.close()
  })
})
