/** The attestation issuer: deployments attested over HTTP, its keys and its database. */
export { type AttestationIssuerServer, createAttestationIssuerServer } from './attestation-issuer-server.ts'
export type { ImportResult } from './bundle/publication.ts'
export type { KeyRotation } from './keys/key-steps.ts'
export type { AttestationIssuerServerOptions, Deployment } from './options.ts'
