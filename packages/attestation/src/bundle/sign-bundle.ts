/** Bundles signed, with a root key that is kept offline and signs nothing else. */
import type { AttestationSigner } from '../issue/signer.ts'
import { makeCompactJws } from '../jws/make-compact-jws.ts'
import { type KeyBundle, readBundle, writeBundle } from './bundle-claims.ts'
import { bundleType } from './verify-bundle.ts'

/** Takes the content and the root; yields the compact JWS to publish. Throws a `TypeError` for a bundle that nobody would take. */
export async function signKeyBundle(root: AttestationSigner, bundle: KeyBundle): Promise<string> {
  const payload = writeBundle(bundle)
  const read = readBundle(payload)
  if (!read.ok) throw new TypeError(`This bundle would be refused by whoever reads it: ${read.reason}.`)
  const header = { typ: bundleType, alg: root.algorithm, kid: root.keyId }
  return makeCompactJws(header, payload, (signingInput) => root.sign(signingInput))
}
