/** `@countersign/client`: an agent's keys, its tokens for each server, its proofs, and who may give it more. */
export { type Agent, type AgentOptions, createAgent } from './agent.ts'
export { type AttestFromOptions, attestFrom } from './attestation/attest-from.ts'
export type { AttestationRequest, AttestationSource } from './attestation/attestation-source.ts'
export { type AuthorizationRefusalCode, AuthorizationRefused, type OAuthErrorCode } from './authorization-refused.ts'
export type { AuthorizationServerDescription, FindCredentials } from './clients.ts'
export type { AttestedCredentials, ClientCredentials, CodeCredentials, Credentials } from './credentials.ts'
export type { FirstScopes, ScopeOffer } from './first-scopes.ts'
export type { ApprovalRequest, Approve } from './step-up.ts'
