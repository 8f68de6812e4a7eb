/** What the attestation issuer of `up` says of the agents on this machine: what can be known of them, and no more. */
import type { Deployment } from '@countersign/attestation-issuer'

/** For whom the issuer speaks. */
export const PROVIDER = 'countersign'

/** The registration of `call`, as one of its clients; `publicJwk` is the key that the client proves itself with. */
export function describeAgent(clientId: string, publicJwk: object): Deployment {
  return {
    clientId,
    identity: {
      model_family: 'countersign-call',
      model_version: '0.1.0',
      provider: PROVIDER,
      deployment_id: clientId,
    },
    metadata: {
      attestation_version: '1.0',
      attestation_type: 'enterprise',
      safety_level: 'standard',
      capabilities_declared: ['tools'],
    },
    jwks: { keys: [publicJwk] },
  }
}
