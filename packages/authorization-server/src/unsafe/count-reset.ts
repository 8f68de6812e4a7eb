/** Capabilities that are somebody else with every token: whoever counts their uses begins anew. */
import { type Capability, parseCapabilities } from '@countersign/capability'
import type { Configuration } from 'oidc-provider'
import { newCapabilityId } from '../capabilities/authorization-details.ts'

/** The same capability under a new id, descended from nothing. */
export function renameCapability({ id: _id, ancestors: _ancestors, ...terms }: Capability): Capability {
  return { ...terms, id: newCapabilityId() }
}

/** Renames them in each access token that is issued from a code or a refresh token. */
export function resetCounts(features: Configuration['features']): Configuration['features'] {
  const details = features.richAuthorizationRequests
  return {
    ...features,
    richAuthorizationRequests: {
      ...details,
      async authorizationDetailsForAccessToken(ctx, token, source) {
        const granted = parseCapabilities(await details.authorizationDetailsForAccessToken(ctx, token, source), 'token')
        return granted.ok ? granted.value.map(renameCapability) : []
      },
    },
  }
}
