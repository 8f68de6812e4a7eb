/** Where an issuer's revocation feed is: in the configuration, or in the issuer's own metadata. */
import { ConfigurationError } from '../../configuration-error.ts'
import { isSecureUrl } from '../../policy/secure-url.ts'
import { type IssuerMetadata, readEndpoint } from '../issuer-metadata.ts'
import type { IssuerTrust } from '../issuer-trust.ts'
import type { FeedLocation } from './revocation-feed.ts'

const member = 'revocation_feed_endpoint'

/**
 * Undefined where nobody says that there is a feed, and nobody is asked: the issuer's metadata is used for nothing else.
 * Throws `ConfigurationError` for an insecure URL.
 */
export function locateFeed(trust: IssuerTrust, metadata: IssuerMetadata): FeedLocation | undefined {
  const { issuer, revocationFeed: configured } = trust
  if (configured === undefined) return usesMetadata(trust) ? locateByMetadata(metadata) : undefined
  if (!isSecureUrl(configured)) {
    throw new ConfigurationError(`revocationFeed of ${issuer} must be an https URL (http only on loopback)`)
  }
  return { state: () => 'known', find: async () => configured }
}

/** Metadata that is needed anyway can be relied on: without it no token is accepted at all. */
function usesMetadata({ tokens = 'local', jwks, jwksUri, introspection }: IssuerTrust): boolean {
  const forKeys = tokens === 'local' && jwks === undefined && jwksUri === undefined
  return forKeys || (introspection !== undefined && introspection.endpoint === undefined)
}

function locateByMetadata(metadata: IssuerMetadata): FeedLocation {
  return {
    state() {
      const document = metadata.current()
      if (document === undefined) return 'unknown'
      return Object.hasOwn(document, member) ? 'known' : 'none'
    },
    find: async () => readEndpoint(metadata.current() ?? (await metadata.load(0)), member),
  }
}
