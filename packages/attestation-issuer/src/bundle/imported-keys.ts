/** Does a bundle that was signed elsewhere speak of the keys that this issuer has now? */
import type { SigningKey } from '@countersign/attestation/issue'
import type { KeyBundle } from '@countersign/attestation/trust'
import { thumbprintInput } from '@countersign/core'

/**
 * Yields the constant word for what is wrong: `unknown_key` for a key that is not this issuer's, or not any more;
 * `active_key_missing` where nobody could verify what is signed here; `revoked_key_missing` where it keeps silent about
 * a revocation. `undefined` for a bundle that can be served.
 */
export function judgeImportedKeys(bundle: KeyBundle, own: readonly SigningKey[]): string | undefined {
  const usable = own.filter(({ state }) => state !== 'revoked')
  const isOwn = bundle.keys.every(({ keyId, jwk }) =>
    usable.some((key) => key.keyId === keyId && thumbprintInput(key.publicJwk) === thumbprintInput(jwk)),
  )
  if (!isOwn) return 'unknown_key'
  const active = own.find(({ state }) => state === 'active')
  if (active !== undefined && !bundle.keys.some(({ keyId }) => keyId === active.keyId)) return 'active_key_missing'
  const revoked = own.filter(({ state }) => state === 'revoked')
  const tellsAll = revoked.every(({ keyId }) => bundle.revoked.some((entry) => entry.keyId === keyId))
  return tellsAll ? undefined : 'revoked_key_missing'
}
