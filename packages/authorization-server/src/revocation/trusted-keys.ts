/** Keys that are trusted no more: the access tokens that were minted on their word end with them. */
import type { Trust, TrustList } from '@countersign/attestation/trust'
import { describeServerError, type Log } from '../log.ts'
import type { Revocations } from './revocations.ts'

/** The revocations that a trust list has told of. */
export interface FollowedKeys {
  readonly trust: Trust
  /** Resolves once all that were told of so far are on the disk; rejects when one could not be brought there. */
  settled(): Promise<void>
  /** Listens no more. */
  stop(): void
}

/**
 * Follows a trust list that keeps itself current, keys included that were revoked before: this server may not have been running then. What could
 * not be written is tried again with the next key, and whenever somebody asks for it to be settled.
 */
export function followRevokedKeys(
  trust: TrustList | Trust | undefined,
  revocations: Revocations,
  log: Log,
): FollowedKeys | undefined {
  if (trust === undefined || !('onRevoked' in trust)) return undefined
  const open = new Set<string>()
  const settle = async (): Promise<void> => {
    for (const thumbprint of open) {
      await revocations.attestationKey(thumbprint)
      open.delete(thumbprint)
    }
  }
  const stop = trust.onRevoked(({ keyThumbprint }) => {
    open.add(keyThumbprint)
    settle().catch((error: unknown) => log(describeServerError(error)))
  })
  return { trust, settled: settle, stop }
}
