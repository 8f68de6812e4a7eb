/** What the agent asks for with the first token of a server (MCP, scope selection strategy). */

/** What a server offers before there is a token; written by that server. */
export interface ScopeOffer {
  /** The resource identifier. */
  readonly resource: string
  /** What its first challenge names. */
  readonly challenged: readonly string[] | undefined
  /** What its metadata names: all that it has (RFC 9728 §2). */
  readonly supported: readonly string[] | undefined
}

/** A list for every server, or a choice for each; undefined leaves it to the authorization server. */
export type FirstScopes = readonly string[] | ((offer: ScopeOffer) => readonly string[] | undefined)

/** Follows the operator, else the challenge; asking for all that a server has is what nobody decided on. */
export function chooseFirstScopes(wish: FirstScopes | undefined, offer: ScopeOffer): readonly string[] | undefined {
  return typeof wish === 'function' ? wish(offer) : (wish ?? offer.challenged)
}
