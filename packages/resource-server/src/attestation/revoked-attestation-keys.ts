/** Keys of attestation issuers that are trusted no more: with such a key fall the tokens that were issued on its word. */
import type { Awaitable } from '@countersign/core'
import type { GuardOptions } from '../guard-options.ts'
import type { AttestationKey } from '../token/access-token.ts'

/** What is known of them here, beside what the issuers of tokens publish. */
export interface RevokedAttestationKeys {
  has(key: AttestationKey): boolean
  /** Whether what was heard before a restart is remembered already; false where nobody can say. */
  recalls(key: AttestationKey): Awaitable<boolean>
  /** Calls `listener` whenever there is one more, also for those that are known already. */
  onRevoked(listener: () => void): void
}

/** Listens for as long as the trust list lasts; without one that keeps itself current there is nothing to hear. */
export function followRevokedKeys(trust: GuardOptions['trust']): RevokedAttestationKeys {
  const revoked = new Set<string>()
  return {
    has: (key) => revoked.size > 0 && revoked.has(nameOf(key)),
    recalls: ({ issuer }) => trust === undefined || !('recalls' in trust) || trust.recalls(issuer),
    onRevoked(listener) {
      if (trust === undefined || !('onRevoked' in trust)) return
      trust.onRevoked((key) => {
        revoked.add(nameOf(key))
        listener()
      })
    },
  }
}

/** No issuer is a URL with a blank in it. */
function nameOf({ issuer, keyThumbprint }: AttestationKey): string {
  return `${issuer} ${keyThumbprint}`
}
