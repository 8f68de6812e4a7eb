import { createPortableVerifier } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { describe, expect, it } from 'vitest'
import { generateProofKey, importProofKey } from './proof-key.ts'

const verifier = createFastVerifier()

/** RFC 8037 appendix A.1 and RFC 7515 appendix A.3. */
const ED25519 = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
}
const P256 = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
}

describe('a proof key (RFC 9449 §4)', () => {
  it.each(['ES256', 'Ed25519'] as const)('signs what verifies under its public half: %s', async (algorithm) => {
    const key = await generateProofKey(algorithm)
    const imported = verifier.importKey(key.publicJwk, algorithm)
    if (imported instanceof Promise || !imported.ok) throw new Error('the public half must be importable')
    expect(imported.value.thumbprint).toBe(key.thumbprint)
    const signature = await key.sign('a.b')
    expect(signature).toHaveLength(64)
    expect(verifier.verify(imported.value, 'a.b', signature)).toBe(true)
  })

  it('is P-256 unless told otherwise, and another one each time', async () => {
    const [a, b] = [await generateProofKey(), await generateProofKey()]
    expect(a.algorithm).toBe('ES256')
    expect(a.thumbprint).not.toBe(b.thumbprint)
  })

  it('never shows its private half', async () => {
    for (const key of [await generateProofKey(), await importProofKey(P256), await importProofKey(ED25519)]) {
      expect(JSON.stringify(key)).not.toMatch(/"d":/)
      expect(JSON.stringify(key)).not.toContain(P256.d)
      const members = Object.values(key).filter((value) => typeof value !== 'function')
      expect(members.every((value) => !(value instanceof CryptoKey))).toBe(true)
    }
  })

  it('is imported from a private JWK, whose other members are dropped', async () => {
    const key = await importProofKey({ ...P256, use: 'sig', key_ops: ['sign'], alg: 'ES256', ext: true })
    expect(key.publicJwk).toEqual({ kty: 'EC', crv: 'P-256', x: P256.x, y: P256.y })
    expect(key.algorithm).toBe('ES256')
    expect((await importProofKey(ED25519)).algorithm).toBe('Ed25519')
  })

  it('signs deterministically with Ed25519, as RFC 8037 appendix A.4 did', async () => {
    const key = await importProofKey(ED25519)
    const signature = await key.sign('eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc')
    expect(Buffer.from(signature).toString('base64url')).toBe(
      'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
    )
  })

  it.each([
    ['without a private half', { ...P256, d: undefined }],
    ['of another curve', { ...P256, crv: 'P-384' }],
    ['of another type', { kty: 'RSA', n: 'AA', e: 'AQAB', d: 'AA' }],
    ['of no type', {}],
    ['whose halves do not belong together', { ...P256, d: `${P256.d.slice(0, -1)}A` }],
    ['whose halves do not belong together (Ed25519)', { ...ED25519, d: `${ED25519.d.slice(0, -1)}8` }],
    ['off the curve', { ...P256, y: P256.x }],
    ['with a malformed private half', { ...P256, d: 'not base64url!' }],
  ])('is refused %s, without a word of it in the message', async (_, jwk) => {
    const attempt = importProofKey(jwk as JsonWebKey)
    await expect(attempt).rejects.toThrow(TypeError)
    const message = await attempt.catch((error: Error) => `${error.message}${String(error.cause)}`)
    for (const part of [P256.d, P256.x, ED25519.d, 'not base64url!']) expect(message).not.toContain(part.slice(0, 8))
  })

  it('is named by its thumbprint, whoever computes it', async () => {
    const { thumbprint } = await importProofKey(ED25519)
    const portable = await createPortableVerifier().importKey({ kty: 'OKP', crv: 'Ed25519', x: ED25519.x }, 'Ed25519')
    expect(portable.ok && portable.value.thumbprint).toBe(thumbprint)
    expect(thumbprint).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  })
})
