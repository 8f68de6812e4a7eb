/** The shapes that cross the network, and their codecs. No I/O. */
export type { AccessTokenClaims, ActorClaim } from './access-token.ts'
export {
  type AuthorizationServerMetadata,
  authorizationServerMetadataUrls,
} from './authorization-server-metadata.ts'
export { type Challenge, formatChallenge, parseChallenges } from './challenge.ts'
export { type ProtectedResourceMetadata, protectedResourceMetadataUrl } from './protected-resource-metadata.ts'
export {
  parseRevocationFeed,
  REVOCATION_FEED_ENTRIES,
  type RevocationEntry,
  type RevocationFeed,
  type RevocationFeedResult,
  type RevocationKind,
  revocationKey,
} from './revocation.ts'
export { parseScope } from './scope.ts'
