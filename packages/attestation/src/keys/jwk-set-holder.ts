/** Keys out of a plain key set (RFC 7517 §5): nothing but the connection says whose they are, so `ttl` is all they last. */
import { isJsonObject, type KeyRing, parseStrictJson, type Verifier } from '@countersign/core'
import type { KeyHolder } from './key-holder.ts'
import { createPublishedKeys, noKeys } from './published-keys.ts'

/** An empty list is a list: its issuer has taken all keys back. */
export function createJwkSetHolder(verifier: Verifier): KeyHolder {
  let ring: KeyRing = noKeys
  return {
    find: (kid, algorithm) => ring.find(kid, algorithm),
    async install(text) {
      const parsed = parseStrictJson(text)
      if (!parsed.ok) return { ok: false, code: 'bundle_invalid', reason: `json_${parsed.reason}` }
      const keys = isJsonObject(parsed.value)
        ? createPublishedKeys(verifier, parsed.value.keys, ({ use }) => use === undefined || use === 'sig')
        : undefined
      if (keys === undefined) return { ok: false, code: 'bundle_invalid', reason: 'keys' }
      ring = keys
      return { ok: true, expires: undefined, refreshHint: undefined, revoked: [] }
    },
    drop() {
      ring = noKeys
    },
    mark: undefined,
    // A plain key set has no order in which its versions come.
    remember: () => false,
  }
}
