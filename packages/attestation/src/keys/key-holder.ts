/** What is published of an issuer's keys, taken in document by document; each format has a holder of its own. */
import type { JsonValue, KeyRing } from '@countersign/core'

/** What a document that was taken says besides its keys. */
export interface InstalledDocument {
  readonly ok: true
  /** NumericDate after which it says nothing; `undefined` where the format does not say. */
  readonly expires: number | undefined
  /** Seconds after which its issuer would like it to be fetched anew. */
  readonly refreshHint: number | undefined
  /** Keys that it takes back. */
  readonly revoked: readonly { readonly thumbprint: string; readonly reason: string }[]
}

/** Why a document was not taken; the holder stays as it was. Both are constant words. */
export interface RefusedDocument {
  readonly ok: false
  readonly code: 'bundle_invalid' | 'bundle_expired' | 'bundle_rollback'
  readonly reason: string | undefined
}

/** Holds the keys of the newest document. Whether that is still good is for whoever fetches it to say. */
export interface KeyHolder extends KeyRing {
  install(text: string): Promise<InstalledDocument | RefusedDocument>
  /** Forgets the document; what must not come back stays remembered. */
  drop(): void
  /** What the next run has to know, so that an older document is refused there too; `undefined` when there is nothing. */
  readonly mark: JsonValue | undefined
  /**
   * Takes what an earlier run, or another process, has remembered; true when the document that is held is an older one,
   * and was dropped for it. Throws a `TypeError` for what makes no sense.
   */
  remember(mark: JsonValue): boolean
}
