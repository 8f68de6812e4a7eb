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
export type { AttestationAlgorithm } from '../jws/attestation-algorithms.ts'
export type { LookAlike, LookAlikeKind } from './look-alike.ts'
export { parseSpiffeId, type SpiffeId } from './spiffe-id.ts'
export { createStaticKeyRing, type StaticKeys } from './static-key-ring.ts'
export { createTrustList, type IssuerTrust, type TrustedIssuer, type TrustList } from './trust-list.ts'
