/** How streams learn that their token is over before its time: revoked, or vouched for by nobody any more. */
import type { AccessToken } from './access-token.ts'

/** Tells of tokens that have ended. Their `expires` is for whoever holds them to keep: it is not watched here. */
export interface RevocationWatch {
  /**
   * True once the token is known to be revoked; of a token that is being watched also when nobody has been able to say
   * for 30 seconds. Answers from memory, at once.
   */
  isRevoked(token: AccessToken): boolean
  /**
   * Asks about the token every second, until the function that it yields is called: its issuer's revocation feed, or
   * introspection where there is none. `text` is the token itself, as it came in; it is held only while it is watched.
   * Costs nothing where the issuer has neither. One timer and one question at a time for all tokens of an issuer's feed.
   */
  watch(token: AccessToken, text: string): () => void
  /** Calls `listener` whenever `isRevoked` may have changed for some token; yields the function that ends it. */
  onChange(listener: () => void): () => void
}
