/** Keys fetched the way that libraries do it which rest only after a fetch that succeeded. */
import { type KeyRing, parsePublicJwk, refuse } from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { createRemoteJWKSet, type JWK } from 'jose'

/** Looks at the URL for every key id that it does not know; finds one key there, this one, whatever its name is. */
export function createEagerRing(url: string, publicJwk: JWK): KeyRing {
  const verifier = createFastVerifier()
  const known = parsePublicJwk(publicJwk)
  // The fetch that succeeded was more than its rest of 30 seconds ago.
  const remote = createRemoteJWKSet(new URL(url), { cooldownDuration: 0 })
  return {
    async find(kid, algorithm) {
      const found = await remote({ alg: algorithm, ...(kid !== undefined && { kid }) }).catch(() => undefined)
      if (found === undefined || !known.ok) return refuse('invalid_token', 'unknown_key')
      return verifier.importKey(known.value, algorithm)
    },
  }
}
