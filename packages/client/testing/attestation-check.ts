/** Verifies attestations with jose, independently of the code under test, in the combined mode with DPoP. */
import { calculateJwkThumbprint, decodeJwt, importJWK, type JWK, jwtVerify } from 'jose'
import type { Received } from './http-server.ts'

/** What a request showed of its agent. */
export type AttestationVerdict = 'missing' | 'invalid' | 'stale' | { readonly exp: number; readonly text: string }

/** How a server takes attestations. */
export interface AttestationCheck {
  policy: 'preferred' | 'required'
  /** Attestations issued before are called stale. */
  notBefore: number
  judge(request: Received, expected: { audience: string; jkt: string }): Promise<AttestationVerdict>
}

/** What a server that takes them so writes into its metadata. */
export function popMethods(policy: AttestationCheck['policy']): readonly string[] {
  return policy === 'required' ? ['dpop_combined'] : ['dpop_combined', 'none']
}

/** Makes a check that trusts one issuer. */
export function createAttestationCheck(
  trusted: { readonly issuer: string; readonly publicJwk: JWK },
  clock: () => number,
): AttestationCheck {
  const check: AttestationCheck = {
    policy: 'preferred',
    notBefore: 0,
    async judge({ headers }, { audience, jkt }) {
      const text = headers.get('oauth-client-attestation')
      if (text === null) return 'missing'
      const { exp = 0, iat = 0 } = decodeJwt(text)
      if (exp <= clock() || iat < check.notBefore) return 'stale'
      const { payload } = await jwtVerify(text, await importJWK(trusted.publicJwk, 'Ed25519'), {
        issuer: trusted.issuer,
        subject: 'agent',
        typ: 'oauth-client-attestation+jwt',
        currentDate: new Date(clock() * 1000),
      })
      const { jwk } = payload.cnf as { jwk: JWK }
      const fits = payload.aud === audience && (await calculateJwkThumbprint(jwk)) === jkt
      return fits ? { exp, text } : 'invalid'
    },
  }
  return check
}
