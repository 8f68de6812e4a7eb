/** What this server publishes about itself (RFC 9728 §2), with the DPoP members (RFC 9728 §2, RFC 9449 §5.1). */
import type { ProtectedResourceMetadata } from '@countersign/core/wire'
import type { GuardOptions } from './guard-options.ts'

/** `dpop_content_digest_supported` is ours: proofs may carry `content_digest`, and it is checked. */
export function describeProtectedResource(
  options: Pick<GuardOptions, 'resource' | 'name' | 'scopesSupported' | 'bearer' | 'attestation' | 'trust'>,
  issuers: readonly string[],
  proofAlgorithms: readonly string[],
): ProtectedResourceMetadata {
  return {
    resource: options.resource,
    authorization_servers: [...issuers],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: [...proofAlgorithms],
    dpop_bound_access_tokens_required: options.bearer !== 'allowed',
    dpop_content_digest_supported: true,
    ...describeAttestation(options),
    ...(options.scopesSupported === undefined ? {} : { scopes_supported: [...options.scopesSupported] }),
    ...(options.name === undefined ? {} : { resource_name: options.name }),
  }
}

/**
 * How agents attest themselves (draft-ietf-oauth-attestation-based-client-auth, metadata). `none` is left out where
 * every call needs an attestation.
 */
function describeAttestation({ trust, attestation }: Pick<GuardOptions, 'attestation' | 'trust'>) {
  if (trust === undefined) return {}
  const presence = typeof attestation === 'object' ? attestation.presence : attestation
  return {
    client_attestation_pop_methods_supported: ['dpop_combined', ...(presence === 'required' ? [] : ['none'])],
    client_attestation_signing_alg_values_supported: ['Ed25519', 'EdDSA', 'ES256'],
  }
}
