/** Making DPoP proofs (RFC 9449 §4.2), one for each request. */
import { encodeBase64url } from '@countersign/core'
import type { ProofKey } from './proof-key.ts'

/** The request that a proof is for. */
export interface ProofRequest {
  readonly method: string
  /** Absolute; query and fragment are left out of the proof. */
  readonly url: string
  /** Its digest goes in as `ath` (RFC 9449 §4.2); left out where there is none yet, as at a token endpoint. */
  readonly accessToken?: string
  /** The server's latest `DPoP-Nonce`. */
  readonly nonce?: string
  /** The octets of the body exactly as they will be sent; their digest goes in as `content_digest`, unless there are none. */
  readonly content?: Uint8Array
  /** NumericDate; a fraction is cut off. */
  readonly issuedAt: number
}

const utf8 = new TextEncoder()

/** Yields a compact JWS for the `DPoP` header. Throws a `TypeError` for a URL that is no http(s) URL, or carries user information. */
export async function makeProof(key: ProofKey, request: ProofRequest): Promise<string> {
  const header = {
    typ: 'dpop+jwt',
    // RFC 8037's name; RFC 9864 renamed it `Ed25519`, which fewer peers know.
    alg: key.algorithm === 'Ed25519' ? 'EdDSA' : key.algorithm,
    jwk: key.publicJwk,
  }
  const { accessToken, nonce, content } = request
  const payload = {
    jti: encodeBase64url(crypto.getRandomValues(new Uint8Array(32))),
    htm: request.method,
    htu: targetUri(request.url),
    iat: Math.floor(request.issuedAt),
    ...(accessToken !== undefined && { ath: await digest(utf8.encode(accessToken)) }),
    ...(nonce !== undefined && { nonce }),
    ...(content !== undefined && content.length > 0 && { content_digest: await digest(content) }),
  }
  const signingInput = `${encodeJson(header)}.${encodeJson(payload)}`
  return `${signingInput}.${encodeBase64url(await key.sign(signingInput))}`
}

function targetUri(url: string): string {
  const target = URL.canParse(url) ? new URL(url) : undefined
  const isHttp = target?.protocol === 'https:' || target?.protocol === 'http:'
  if (target === undefined || !isHttp || target.username !== '' || target.password !== '') {
    throw new TypeError('A proof is for an absolute http(s) URL without user information.')
  }
  return target.origin + target.pathname
}

function encodeJson(value: object): string {
  return encodeBase64url(utf8.encode(JSON.stringify(value)))
}

async function digest(octets: Uint8Array): Promise<string> {
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(octets))))
}
