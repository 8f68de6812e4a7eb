/** What a store keeps of revocations: their list, by number and by key. */
import type { RevocationEntry, RevocationKind } from '@countersign/core/wire'

/** An entry before it has its number. */
export type ListedRevocation = Omit<RevocationEntry, 'sequence'>

/** What is revoked: its kind, and the id that its artefacts are kept under. */
export interface Revoked {
  readonly kind: RevocationKind
  readonly id: string
}

/**
 * What is revoked for good: nothing that lives is kept under it afterwards, so that once is enough. What is bound to a key
 * may be issued again while it is revoked, dead, and would come to life if a second time did not last longer.
 */
export const revokedForGood: ReadonlySet<RevocationKind> = new Set(['token', 'grant', 'attestation_key', 'capability'])

/** A stretch of the list. */
export interface RevocationRange {
  /** The epoch of the store: under another one, numbers begin anew. */
  readonly epoch: string
  /** The newest number, 0 when there never was one. */
  readonly sequence: number
  readonly entries: readonly RevocationEntry[]
}

/** Revocations, numbered in the order in which they can be seen, without gaps. All reject when the store cannot answer. */
export interface RevocationStore {
  /**
   * Removes the artefacts that fall with it and adds it to the list, together or not at all, and for good when it
   * resolves; to the list not where an entry says as much already, or, of what is revoked for good, is there.
   */
  revoke(revoked: Revoked, listed: ListedRevocation): Promise<void>
  /** True when an entry with any of the keys ends a token that was issued at `issued`, a NumericDate. */
  covers(keys: readonly string[], issued: number): Promise<boolean>
  /** What still matters after the number that somebody knows, who knows it of an epoch; `limit` entries at most. */
  read(known: { readonly after: number; readonly epoch: string | undefined }, limit: number): Promise<RevocationRange>
}
