import { decodeBase64url, readCompactJws } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeProof, type ProofRequest } from './make-proof.ts'
import { generateProofKey, type ProofKey } from './proof-key.ts'

const verifier = createFastVerifier()
const keys = { ES256: await generateProofKey('ES256'), Ed25519: await generateProofKey('Ed25519') }
const request: ProofRequest = { method: 'POST', url: 'https://notes.example/mcp', issuedAt: 1_800_000_000 }

async function read(key: ProofKey, changes: Partial<ProofRequest> = {}) {
  const jws = readCompactJws(await makeProof(key, { ...request, ...changes }), 4096)
  if (!jws.ok) throw new Error(jws.reason)
  return jws.value
}

describe('a proof that is made (RFC 9449 §4.2)', () => {
  it('says in its header what it is, how it is signed and by whom', async () => {
    const { publicJwk } = keys.ES256
    expect((await read(keys.ES256)).header).toEqual({ typ: 'dpop+jwt', alg: 'ES256', jwk: publicJwk })
    // RFC 8037's name for Ed25519, which all peers know.
    expect((await read(keys.Ed25519)).header.alg).toBe('EdDSA')
  })

  it('is signed by its key', async () => {
    for (const key of [keys.ES256, keys.Ed25519]) {
      const { signingInput, signature } = await read(key)
      const imported = verifier.importKey(key.publicJwk, key.algorithm)
      if (imported instanceof Promise || !imported.ok) throw new Error('the public half must be importable')
      expect(verifier.verify(imported.value, signingInput, signature)).toBe(true)
    }
  })

  it('carries the least that it must', async () => {
    const { payload } = await read(keys.ES256)
    expect(payload).toEqual({ jti: expect.any(String), htm: 'POST', htu: request.url, iat: request.issuedAt })
  })

  it('has an id of 256 random bits, another one each time', async () => {
    const ids = await Promise.all(Array.from({ length: 50 }, async () => (await read(keys.ES256)).payload.jti))
    expect(new Set(ids).size).toBe(50)
    for (const id of ids) expect(decodeBase64url(String(id))).toHaveLength(32)
  })

  it('carries the digest of the access token, and the nonce', async () => {
    const { payload } = await read(keys.ES256, {
      accessToken: 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU',
      nonce: 'n',
    })
    // RFC 9449 §7.1 prints this token and this digest.
    expect(payload.ath).toBe('fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo')
    expect(payload.nonce).toBe('n')
  })

  it('carries the digest of the content, unless there is none', async () => {
    const content = new TextEncoder().encode('{"a":1}')
    expect((await read(keys.ES256, { content })).payload.content_digest).toBe(verifier.digest('{"a":1}'))
    expect((await read(keys.ES256, { content: new Uint8Array() })).payload).not.toHaveProperty('content_digest')
  })

  it('digests the octets that it was given, not all of the memory that they lie in', async () => {
    const content = new TextEncoder().encode('xx{"a":1}xx').subarray(2, 9)
    expect((await read(keys.ES256, { content })).payload.content_digest).toBe(verifier.digest('{"a":1}'))
  })

  it.each([
    ['https://notes.example/mcp?a=b#c', 'https://notes.example/mcp'],
    ['HTTPS://Notes.Example:443/mcp', 'https://notes.example/mcp'],
    ['https://notes.example', 'https://notes.example/'],
    ['http://127.0.0.1:3000/mcp?', 'http://127.0.0.1:3000/mcp'],
  ])('names the URL %s as %s', async (url, htu) => {
    expect((await read(keys.ES256, { url })).payload.htu).toBe(htu)
  })

  it.each(['', 'notes.example', '/mcp', 'ftp://notes.example/', 'https://user:password@notes.example/'])(
    'is not made for %j, and no message says so with it',
    async (url) => {
      const attempt = makeProof(keys.ES256, { ...request, url })
      await expect(attempt).rejects.toThrow(TypeError)
      await expect(attempt).rejects.not.toThrow(/password/)
    },
  )

  it('is dated in whole seconds', async () => {
    expect((await read(keys.ES256, { issuedAt: 1_800_000_000.987 })).payload.iat).toBe(1_800_000_000)
  })

  it('fits its bound whatever token and body it is for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.uint8Array({ maxLength: 5000 }), async (accessToken, content) => {
        const proof = await makeProof(keys.ES256, { ...request, accessToken, content, nonce: 'n'.repeat(32) })
        expect(proof.length).toBeLessThan(1024)
      }),
      { numRuns: 20 },
    )
  })
})
