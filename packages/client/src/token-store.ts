/** Which authorization belongs to which URL: a token for one is never sent to another (RFC 9449 does not stop that, this does). */
import type { AgentParts } from './agent-parts.ts'
import { ResourceAuthorization } from './resource-authorization.ts'

/** URLs remembered; the one added longest ago goes first. */
const CAPACITY = 256

/** Hands out the authorization of a URL. */
export interface TokenStore {
  /** The same object for the same origin and path; the query does not count. */
  find(url: URL): ResourceAuthorization
}

/**
 * Makes an empty store.
 *
 * Two URLs that name one resource identifier still get a token each: a server that shares its host with others
 * could otherwise claim the whole host, and be handed what another path was approved for.
 */
export function createTokenStore(parts: AgentParts): TokenStore {
  const authorizations = new Map<string, ResourceAuthorization>()
  return {
    find(url) {
      const key = `${url.origin}${url.pathname}`
      const known = authorizations.get(key)
      if (known !== undefined) return known
      const authorization = new ResourceAuthorization(parts, new URL(key))
      authorizations.set(key, authorization)
      const [oldest] = authorizations.keys()
      if (authorizations.size > CAPACITY && oldest !== undefined) authorizations.delete(oldest)
      return authorization
    },
  }
}
