/** Finds out who issues tokens for a URL: protected resource metadata (RFC 9728). */
import { parseScope, protectedResourceMetadataUrl } from '@countersign/core/wire'
import { type AttestationDemand, readAttestationDemand } from './attestation/attestation-demand.ts'
import { AuthorizationRefused } from './authorization-refused.ts'
import { fetchJsonDocument } from './json-document.ts'
import { membersOf } from './json-members.ts'
import { requireSecureUrl } from './secure-url.ts'
import { parseStringList } from './string-list.ts'

/** What the metadata says about a resource. */
export interface ProtectedResource {
  /** The resource identifier, as it goes into token requests (RFC 8707 §2). */
  readonly resource: string
  readonly issuers: readonly string[]
  /** All scopes that it has, where it says so. */
  readonly scopes: readonly string[] | undefined
  /** Algorithms that proofs may be signed with, where the resource says so. */
  readonly proofAlgorithms: readonly string[] | undefined
  readonly attestation: AttestationDemand
}

const ROLE = { name: 'protected resource metadata', failure: 'metadata_unreachable' } as const

/**
 * Discovers the protected resource behind a URL.
 *
 * The document comes from the URL's own origin: the challenge's `resource_metadata`, else the well-known path form,
 * else the well-known root.
 *
 * @throws AuthorizationRefused `metadata_unreachable`, `metadata_invalid`, `resource_mismatch`, `insecure_url`
 */
export async function discoverProtectedResource(
  endpoint: URL,
  resourceMetadata: string | undefined,
  fetcher: typeof fetch,
): Promise<ProtectedResource> {
  for (const url of metadataUrls(endpoint, resourceMetadata)) {
    const answer = await fetchJsonDocument({ fetch: fetcher, url, init: { headers: ACCEPT } }, ROLE)
    if (answer.status === 200) return parseProtectedResource(answer.document, endpoint)
  }
  throw new AuthorizationRefused(
    'metadata_unreachable',
    `${endpoint.origin} asks for a token and publishes no protected resource metadata; it must serve RFC 9728 metadata.`,
  )
}

const ACCEPT = { accept: 'application/json' }

function metadataUrls(endpoint: URL, resourceMetadata: string | undefined): readonly string[] {
  if (resourceMetadata === undefined) {
    const resource = `${endpoint.origin}${endpoint.pathname}`
    return [...new Set([protectedResourceMetadataUrl(resource), protectedResourceMetadataUrl(endpoint.origin)])]
  }
  const url = requireSecureUrl(resourceMetadata, 'protected resource metadata URL')
  // Metadata from elsewhere would let whoever can write one header hand this server's calls to another issuer.
  if (url.origin !== endpoint.origin) {
    throw new AuthorizationRefused(
      'metadata_invalid',
      `${endpoint.origin} names metadata at another origin; it must publish its own.`,
    )
  }
  return [url.href]
}

/**
 * Validates a metadata document against the URL that was called.
 *
 * @throws AuthorizationRefused `metadata_invalid`, `resource_mismatch`
 */
export function parseProtectedResource(document: unknown, endpoint: URL): ProtectedResource {
  const { resource, authorization_servers, scopes_supported, dpop_signing_alg_values_supported } = membersOf(document)
  const issuers = parseStringList(authorization_servers)
  if (typeof resource !== 'string' || issuers === undefined || issuers.length === 0) {
    throw new AuthorizationRefused(
      'metadata_invalid',
      `The protected resource metadata of ${endpoint.origin} lacks \`resource\` or \`authorization_servers\`.`,
    )
  }
  if (!coversEndpoint(resource, endpoint)) {
    throw new AuthorizationRefused(
      'resource_mismatch',
      `The metadata of ${endpoint.origin} describes another resource than the URL that was called.`,
    )
  }
  return {
    resource,
    issuers,
    scopes: parseScope(parseStringList(scopes_supported)?.join(' ')),
    proofAlgorithms: parseStringList(dpop_signing_alg_values_supported),
    attestation: readAttestationDemand(document),
  }
}

/** What a URL parser takes and drops or changes (RFC 3986 §2 has none of it): it goes on to people and servers as it came. */
const NOT_IN_URLS = /[^\x21-\x7e]|\\/

/**
 * Whether a resource identifier stands for a URL (RFC 9728 §3.3, and as MCP clients do): the URL itself without its
 * query, or a parent of its path, cut at a segment; same origin always, no query and no fragment.
 */
export function coversEndpoint(resource: string, endpoint: URL): boolean {
  if (NOT_IN_URLS.test(resource) || !URL.canParse(resource)) return false
  const named = new URL(resource)
  if (named.origin !== endpoint.origin || resource.includes('?') || resource.includes('#')) return false
  if (named.username !== '' || named.password !== '') return false
  const parent = named.pathname.endsWith('/') ? named.pathname : `${named.pathname}/`
  return `${endpoint.pathname}/`.startsWith(parent)
}
