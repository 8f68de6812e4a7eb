/** DPoP (RFC 9449): proofs made and verified, and the nonces that tie them to now. */
export { makeProof, type ProofRequest } from './make-proof.ts'
export {
  createNonceRing,
  type LiveNonce,
  type NoncePlace,
  type NonceRing,
  type NonceRingOptions,
} from './nonce-ring.ts'
export { isOwnerNonce } from './owner-nonce.ts'
export type { ProofExpectation } from './proof-claims.ts'
export { generateProofKey, importProofKey, type ProofKey } from './proof-key.ts'
export { defaultProofPolicy, type ProofPolicy } from './proof-policy.ts'
export { createProofVerifier, type ProofVerifier, type VerifiedProof } from './verify-proof.ts'
