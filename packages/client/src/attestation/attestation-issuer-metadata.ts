/** Learns where an attestation issuer's endpoints are, and that it is that issuer. */
import { AuthorizationRefused } from '../authorization-refused.ts'
import { fetchJsonDocument } from '../json-document.ts'
import { membersOf } from '../json-members.ts'
import { isLocal, requireNamedUrl } from '../secure-url.ts'

/** What the agent uses of an attestation issuer's metadata. */
export interface AttestationIssuerMetadata {
  readonly challengeEndpoint: string
  readonly attestationEndpoint: string
}

const ROLE = { name: 'attestation issuer metadata', failure: 'attestation_unavailable' } as const

/**
 * Discovers an attestation issuer: `/.well-known/attestation-issuer`, put before the issuer's own path if it has one
 * (as RFC 8414 §3.1 does).
 *
 * @throws AuthorizationRefused `attestation_unavailable`, `insecure_url`
 */
export async function discoverAttestationIssuer(
  issuer: string,
  fetcher: typeof fetch,
): Promise<AttestationIssuerMetadata> {
  const { origin, pathname } = new URL(issuer)
  const url = `${origin}/.well-known/attestation-issuer${pathname === '/' ? '' : pathname}`
  const init = { headers: { accept: 'application/json' } }
  const { status, document } = await fetchJsonDocument({ fetch: fetcher, url, init }, ROLE)
  if (status === 200) return parseAttestationIssuer(document, issuer)
  throw new AuthorizationRefused(
    'attestation_unavailable',
    `${origin} publishes no attestation issuer metadata; check the \`issuer\` given to attestFrom.`,
  )
}

function parseAttestationIssuer(document: unknown, issuer: string): AttestationIssuerMetadata {
  const metadata = membersOf(document)
  if (metadata.issuer !== issuer) {
    throw new AuthorizationRefused(
      'attestation_unavailable',
      'The attestation issuer calls itself by another name; give attestFrom the very `issuer` that it publishes.',
    )
  }
  const local = isLocal(new URL(issuer))
  return {
    challengeEndpoint: readEndpoint(metadata, 'challenge_endpoint', local),
    attestationEndpoint: readEndpoint(metadata, 'attestation_endpoint', local),
  }
}

function readEndpoint(
  metadata: Readonly<Record<string, unknown>>,
  name: 'challenge_endpoint' | 'attestation_endpoint',
  local: boolean,
): string {
  const endpoint = metadata[name]
  if (typeof endpoint === 'string') return requireNamedUrl(endpoint, name, local).href
  throw new AuthorizationRefused('attestation_unavailable', `The attestation issuer metadata lacks \`${name}\`.`)
}
