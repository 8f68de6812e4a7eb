/** Whose attestations count here, and whom a stranger pretends to be. */
export type { BundleKey, KeyBundle, RevocationReason, RevokedKey } from '../bundle/bundle-claims.ts'
export { type BundleKeyRing, type BundleKeyRingOptions, createBundleKeyRing } from '../bundle/bundle-key-ring.ts'
export {
  type BundleExpectation,
  type BundleMark,
  type BundleRejectionCode,
  type BundleResult,
  verifyKeyBundle,
} from '../bundle/verify-bundle.ts'
export type { SecurityEvent } from '../events/security-event.ts'
export { createSecurityEventEndpoint, type SecurityEventEndpointOptions } from '../events/security-event-endpoint.ts'
export type { SecurityEventRefusal, SecurityEventResult } from '../events/verify-security-event.ts'
export type { AttestationAlgorithm } from '../jws/attestation-algorithms.ts'
export { defaultFetchingPolicy, type FetchingPolicy } from '../keys/fetching-policy.ts'
export type { KeySource } from '../keys/remote-source.ts'
export type { TrustState } from '../keys/trust-state.ts'
export { createTrust } from './create-trust.ts'
export type { LookAlike, LookAlikeKind } from './look-alike.ts'
export { parseSpiffeId, type SpiffeId } from './spiffe-id.ts'
export { createStaticKeyRing, type StaticKeys } from './static-key-ring.ts'
export type { RevokedIssuerKey, Trust, TrustOptions } from './trust.ts'
export { createTrustList, type TrustEntry, type TrustedIssuer, type TrustList } from './trust-list.ts'
