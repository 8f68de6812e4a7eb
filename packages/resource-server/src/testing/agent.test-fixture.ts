/** An agent's key and its DPoP proofs, made with `jose` (RFC 9449 §4.2). */
import { createHash, randomUUID } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { type Members, resource, start } from './issuer.test-fixture.ts'

/** A key to prove with. */
export interface AgentKey {
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
  /** RFC 7638, base64url. */
  readonly thumbprint: string
}

/** A fresh ES256 key. */
export async function createAgentKey(): Promise<AgentKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  return { privateKey, publicJwk, thumbprint: await calculateJwkThumbprint(publicJwk) }
}

/** What a proof says; `claims` and `header` override. */
export interface ProofContent {
  readonly method?: string
  readonly url?: string
  readonly token?: string | undefined
  readonly nonce?: string | undefined
  /** Covered by `content_digest` when given. */
  readonly content?: string | Uint8Array | undefined
  readonly now?: number
  readonly claims?: Members
  readonly header?: Members
}

/** Signs a proof with a fresh `jti`. */
export function signProof(key: AgentKey, proof: ProofContent = {}): Promise<string> {
  const { method = 'POST', url = resource, token, nonce, content, now = start, claims, header } = proof
  const payload = {
    htm: method,
    htu: url,
    jti: randomUUID(),
    iat: now,
    nonce,
    ath: token === undefined ? undefined : sha256(token),
    content_digest: content === undefined ? undefined : sha256(content),
    ...claims,
  }
  return new SignJWT(payload)
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: key.publicJwk, ...header })
    .sign(key.privateKey)
}

/** SHA-256, base64url. */
function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64url')
}
