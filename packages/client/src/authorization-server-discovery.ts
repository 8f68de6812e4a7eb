/** Learns where an issuer's endpoints are (RFC 8414, OpenID Connect Discovery 1.0), and that it is that issuer. */
import { authorizationServerMetadataUrls } from '@countersign/core/wire'
import { type AttestationDemand, readAttestationDemand } from './attestation/attestation-demand.ts'
import { AuthorizationRefused } from './authorization-refused.ts'
import { fetchJsonDocument } from './json-document.ts'
import { membersOf } from './json-members.ts'
import { requireNamedUrl } from './secure-url.ts'
import { parseStringList } from './string-list.ts'

/** What the agent uses of an authorization server's metadata (RFC 8414 §2); lists are undefined where it is silent. */
export interface AuthorizationServer {
  readonly issuer: string
  readonly tokenEndpoint: string
  readonly authorizationEndpoint: string | undefined
  readonly challengeMethods: readonly string[]
  /** RFC 9207 §3. */
  readonly namesIssuerInResponse: boolean
  readonly clientAuthentication: readonly string[] | undefined
  readonly assertionAlgorithms: readonly string[] | undefined
  readonly proofAlgorithms: readonly string[] | undefined
  /** RFC 8693: whether it exchanges tokens. */
  readonly exchangesTokens: boolean
  /** RFC 9396 §10: the types of details that it understands. */
  readonly detailTypes: readonly string[]
  readonly attestation: AttestationDemand
  /** The whole document. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** RFC 8693 §2.1. */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** RFC 8693 §3. */
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'

const ROLE = { name: 'authorization server metadata', failure: 'metadata_unreachable' } as const

/**
 * Discovers an authorization server.
 *
 * @param local whether loopback URLs are acceptable
 * @throws AuthorizationRefused `metadata_unreachable`, `metadata_invalid`, `issuer_mismatch`, `insecure_url`
 */
export async function discoverAuthorizationServer(
  issuer: string,
  local: boolean,
  fetcher: typeof fetch,
): Promise<AuthorizationServer> {
  const { origin } = requireNamedUrl(issuer, 'authorization server', local)
  if (issuer.includes('?') || issuer.includes('#')) {
    throw new AuthorizationRefused(
      'metadata_invalid',
      `The resource names an issuer at ${origin} with a query or fragment; an issuer has neither (RFC 8414 §2).`,
    )
  }
  for (const url of authorizationServerMetadataUrls(issuer)) {
    const init = { headers: { accept: 'application/json' } }
    const answer = await fetchJsonDocument({ fetch: fetcher, url, init }, ROLE)
    if (answer.status === 200) return parseAuthorizationServer(answer.document, issuer, local)
  }
  throw new AuthorizationRefused(
    'metadata_unreachable',
    `The authorization server at ${origin} publishes no metadata; it must serve RFC 8414 or OpenID Connect discovery.`,
  )
}

/**
 * Validates a metadata document.
 *
 * @param issuer who was asked; the document must say the same, character for character (RFC 8414 §3.3)
 * @throws AuthorizationRefused `metadata_invalid`, `issuer_mismatch`, `insecure_url`
 */
export function parseAuthorizationServer(document: unknown, issuer: string, local: boolean): AuthorizationServer {
  const metadata = membersOf(document)
  if (metadata.issuer !== issuer) {
    throw new AuthorizationRefused(
      'issuer_mismatch',
      'The authorization server metadata names another issuer than the resource does; both must be identical.',
    )
  }
  if (typeof metadata.token_endpoint !== 'string') {
    throw new AuthorizationRefused('metadata_invalid', 'The authorization server metadata lacks `token_endpoint`.')
  }
  const authorizationEndpoint = metadata.authorization_endpoint
  return {
    issuer,
    tokenEndpoint: requireNamedUrl(metadata.token_endpoint, 'token endpoint', local).href,
    authorizationEndpoint:
      typeof authorizationEndpoint === 'string'
        ? requireNamedUrl(authorizationEndpoint, 'authorization endpoint', local).href
        : undefined,
    challengeMethods: parseStringList(metadata.code_challenge_methods_supported) ?? [],
    namesIssuerInResponse: metadata.authorization_response_iss_parameter_supported === true,
    clientAuthentication: parseStringList(metadata.token_endpoint_auth_methods_supported),
    assertionAlgorithms: parseStringList(metadata.token_endpoint_auth_signing_alg_values_supported),
    proofAlgorithms: parseStringList(metadata.dpop_signing_alg_values_supported),
    exchangesTokens: parseStringList(metadata.grant_types_supported)?.includes(TOKEN_EXCHANGE) === true,
    detailTypes: parseStringList(metadata.authorization_details_types_supported) ?? [],
    attestation: readAttestationDemand(metadata),
    metadata,
  }
}
