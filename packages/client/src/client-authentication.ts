/** Says to a token endpoint which client asks, and proves it (RFC 6749 §2.3). */
import type { AgentParts } from './agent-parts.ts'
import type { AttestationDemand } from './attestation/attestation-demand.ts'
import { AuthorizationRefused } from './authorization-refused.ts'
import type { AuthorizationServer } from './authorization-server-discovery.ts'

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Of draft-ietf-oauth-attestation-based-client-auth. */
const ATTESTATION_METHOD = 'attest_jwt_client_auth'

/**
 * Adds `client_id` and, where the client has a key, a new assertion.
 *
 * @returns what is to become of the attestation: without one, a client that authenticates by it is nobody
 * @throws AuthorizationRefused `client_authentication_unsupported`
 */
export async function authenticateClient(
  parts: Pick<AgentParts, 'clients' | 'clock'>,
  server: AuthorizationServer,
  body: URLSearchParams,
): Promise<AttestationDemand> {
  const { clientId, signAssertion, isAttested } = await parts.clients.find(server)
  body.set('client_id', clientId)
  if (isAttested) {
    requireMethod(server, ATTESTATION_METHOD)
    if (server.attestation === 'unwanted') throw unsupported('attestations in the combined mode with DPoP')
    return 'demanded'
  }
  if (signAssertion === undefined) return server.attestation
  requireMethod(server, 'private_key_jwt')
  body.set('client_assertion_type', ASSERTION_TYPE)
  body.set(
    'client_assertion',
    await signAssertion({ audience: server.issuer, now: parts.clock(), algorithms: server.assertionAlgorithms }),
  )
  return server.attestation
}

function requireMethod({ clientAuthentication }: AuthorizationServer, method: string): void {
  if (clientAuthentication?.includes(method) === false) throw unsupported(method)
}

function unsupported(what: string): AuthorizationRefused {
  return new AuthorizationRefused(
    'client_authentication_unsupported',
    `The authorization server does not support ${what}, the client authentication of these credentials.`,
  )
}
