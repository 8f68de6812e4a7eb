/** Verifies DPoP proofs with jose, independently of the code under test (RFC 9449 §4.3). */
import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import type { Received } from './http-server.ts'

/** What a proof said; `failure` names the first thing that was wrong with it. */
export type ProofVerdict = { readonly jkt: string; readonly nonce: unknown } | { readonly failure: string }

/** SHA-256, base64url. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('base64url')
}

/** Makes a checker that remembers proof ids. */
export function createProofCheck(clock: () => number) {
  const seen = new Set<string>()
  return async (
    request: Received,
    expected: { accessToken?: string; contentDigest?: boolean },
  ): Promise<ProofVerdict> => {
    const proof = request.headers.get('dpop')
    if (proof === null) return { failure: 'no proof' }
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: ['ES256', 'EdDSA', 'Ed25519'],
      currentDate: new Date(clock() * 1000),
    })
    const faults: Record<string, boolean> = {
      htm: payload.htm !== request.method,
      htu: payload.htu !== `${request.url.origin}${request.url.pathname}`,
      iat: typeof payload.iat !== 'number' || Math.abs(payload.iat - clock()) > 60,
      jti: typeof payload.jti !== 'string' || seen.has(payload.jti),
      ath: payload.ath !== (expected.accessToken === undefined ? undefined : sha256(expected.accessToken)),
      content_digest:
        expected.contentDigest === true &&
        payload.content_digest !== (request.body.length === 0 ? undefined : sha256(request.body)),
    }
    seen.add(String(payload.jti))
    const failure = Object.keys(faults).find((name) => faults[name])
    if (failure !== undefined || protectedHeader.jwk === undefined) return { failure: failure ?? 'jwk' }
    return { jkt: await calculateJwkThumbprint(protectedHeader.jwk), nonce: payload.nonce }
  }
}
