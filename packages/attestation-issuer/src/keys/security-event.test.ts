import { createStaticKeyRing } from '@countersign/attestation/trust'
import { readCompactJws } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { makeWorld, NOW, RESOURCE, root } from '../testing/issuer.test-fixture.ts'

const verifier = createFastVerifier()

describe('a security event', () => {
  it('says of a revoked key that it was stolen, to one audience, signed by the root', async () => {
    const world = makeWorld({ root })
    const server = await world.open()
    const [key] = server.keys()
    await server.revoke(key?.keyId ?? '', 'key_compromise')
    const jws = readCompactJws(await server.securityEvent(key?.keyId ?? '', RESOURCE))
    if (!jws.ok) throw new Error(jws.reason)
    expect(jws.value.header).toMatchObject({ typ: 'secevent+jwt', kid: root.keyId })
    expect(jws.value.payload).toMatchObject({ iss: server.issuer, aud: RESOURCE, iat: NOW })
    expect(JSON.stringify(jws.value.payload)).toContain(key?.keyId)
    const ring = createStaticKeyRing(verifier, { keys: [{ ...root.publicJwk, kid: root.keyId }] })
    const found = await ring.find(root.keyId, 'Ed25519')
    expect(found.ok && (await verifier.verify(found.value, jws.value.signingInput, jws.value.signature))).toBe(true)
    await server.close()
    world.remove()
  })

  it('is signed by the stolen key itself where there is no root', async () => {
    const world = makeWorld()
    const server = await world.open()
    const keyId = server.keys()[0]?.keyId ?? ''
    await server.revoke(keyId, 'key_compromise')
    const jws = readCompactJws(await server.securityEvent(keyId, RESOURCE))
    expect(jws.ok && jws.value.header.kid).toBe(keyId)
    await server.close()
    world.remove()
  })

  it('is not made about a key that is in use, or nobody’s', async () => {
    const world = makeWorld({ root })
    const server = await world.open()
    for (const keyId of [server.keys()[0]?.keyId ?? '', 'made-up']) {
      await expect(server.securityEvent(keyId, RESOURCE)).rejects.toThrow('revoke it first')
    }
    await server.close()
    world.remove()
  })
})
