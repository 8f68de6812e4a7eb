/** Protected resource metadata (RFC 9728) and where it is served. */
import { parseMetadataIdentifier } from './well-known.ts'

/** What a resource server tells about itself (RFC 9728 §2). */
export interface ProtectedResourceMetadata {
  /** The resource identifier, which is the audience of its tokens. */
  readonly resource: string
  /** Issuer identifiers. */
  readonly authorization_servers: readonly string[]
  readonly scopes_supported?: readonly string[]
  readonly bearer_methods_supported: readonly ['header']
  readonly resource_name?: string
  readonly dpop_signing_alg_values_supported: readonly string[]
  readonly dpop_bound_access_tokens_required: boolean
  readonly [member: string]: unknown
}

/**
 * Takes a resource identifier; yields the URL of its metadata, the well-known part inserted between host and path
 * (RFC 9728 §3.1). Throws a `TypeError` for what is no http(s) URL, or has a fragment (RFC 8707 §2).
 */
export function protectedResourceMetadataUrl(resource: string): string {
  const { origin, path, query } = parseMetadataIdentifier(resource)
  return `${origin}/.well-known/oauth-protected-resource${path === '/' ? '' : path}${query}`
}
