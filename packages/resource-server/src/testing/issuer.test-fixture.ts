/** An issuer of access tokens, made with `jose`: what it signs, our reader had no part in (RFC 9068 §2). */
import { CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose'

/** Where every test begins, NumericDate. */
export const start = 1_800_000_000

/** The server that the tokens are for. */
export const resource = 'https://notes.example/mcp'

/** Claims or header members; one that is `undefined` is left out. */
export type Members = Readonly<Record<string, unknown>>

/** An issuer with one key. */
export interface TestIssuer {
  readonly issuer: string
  readonly privateKey: CryptoKey
  /** With `kid` and `alg`, as issuers publish it. */
  readonly publicJwk: JWK
  /** Signs a good access token, but for what is overridden. */
  sign(claims?: Members, header?: Members): Promise<string>
  /** Signs any payload, also one that no JSON writer would write. */
  signText(payload: string, header?: Members): Promise<string>
}

/** What `createIssuer` may be told. */
export interface TestIssuerOptions {
  readonly issuer?: string
  readonly algorithm?: 'Ed25519' | 'EdDSA' | 'ES256' | 'RS256'
  readonly kid?: string
}

/** A fresh key, and what it signs. */
export async function createIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const { issuer = 'https://auth.example', algorithm = 'Ed25519', kid = 'key-1' } = options
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  const signText = (payload: string, header: Members = {}) =>
    new CompactSign(new TextEncoder().encode(payload))
      .setProtectedHeader({ alg: algorithm, typ: 'at+jwt', kid, ...header })
      .sign(privateKey)
  return {
    issuer,
    privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm },
    signText,
    sign: (claims, header) => signText(JSON.stringify(describeGrant({ iss: issuer, ...claims })), header),
  }
}

/** The claims of a good access token (RFC 9068 §2.2), but for what is overridden. */
export function describeGrant(overrides: Members = {}): Members {
  return {
    iss: 'https://auth.example',
    aud: resource,
    sub: 'user-1',
    client_id: 'agent-1',
    scope: 'notes:read',
    iat: start,
    exp: start + 300,
    jti: 'token-1',
    ...overrides,
  }
}
