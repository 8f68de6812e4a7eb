/** Attestations issued: the instance's proof, the issuer's decision, and the life of its keys. */
export { signKeyBundle } from '../bundle/sign-bundle.ts'
export { makeSecurityEvent, type SecurityEventRequest } from '../events/make-security-event.ts'
export {
  type AttestationChallenges,
  type AttestationChallengesOptions,
  createAttestationChallenges,
} from './challenges.ts'
export { type InstanceKey, type InstanceRequest, makeInstanceProof } from './instance-proof.ts'
export {
  type AttestationIssuer,
  type AttestationIssuerOptions,
  createAttestationIssuer,
  type IssuedAttestation,
  type IssueRefused,
  type IssueRejectionCode,
} from './issue-attestation.ts'
export {
  activateKey,
  completeKeyLifePolicy,
  defaultKeyLifePolicy,
  findDueStep,
  findSigningKey,
  type KeyLifePolicy,
  type KeyStep,
  listPublishedKeys,
  prepareKey,
  retireKey,
  revokeKey,
  type SigningKey,
} from './key-life.ts'
export { planRefresh } from './refresh-time.ts'
export type { DeploymentRegistration, DeploymentRegistrations } from './registration.ts'
export { type AttestationSigner, createLocalSigner, generateSigningJwk } from './signer.ts'
