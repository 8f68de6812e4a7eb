/** Security events made (RFC 8417 §2.2): an issuer tells a server that one of its keys is trusted no more. */
import { encodeBase64url } from '@countersign/core'
import type { AttestationSigner } from '../issue/signer.ts'
import { makeCompactJws } from '../jws/make-compact-jws.ts'
import { type SecurityEvent, securityEventType, writeSecurityEvent } from './security-event.ts'

/** What is told, and to whom. */
export interface SecurityEventRequest extends Omit<SecurityEvent, 'id'> {
  /** `jti`; 128 random bits unless given. */
  readonly id?: string
}

/**
 * Signs with the root of the issuer's bundles, which speaks for all its keys, or with the stolen key itself, which
 * speaks for itself alone. Yields the compact JWS.
 */
export function makeSecurityEvent(signer: AttestationSigner, request: SecurityEventRequest): Promise<string> {
  const id = request.id ?? encodeBase64url(crypto.getRandomValues(new Uint8Array(16)))
  const header = { typ: securityEventType, alg: signer.algorithm, kid: signer.keyId }
  return makeCompactJws(header, writeSecurityEvent({ ...request, id }), (input) => signer.sign(input))
}
