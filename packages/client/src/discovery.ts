/** From a URL to the authorization server that speaks for it: which one, and whether it can do what is needed. */
import type { AgentParts } from './agent-parts.ts'
import type { AttestationDemand } from './attestation/attestation-demand.ts'
import { AuthorizationRefused } from './authorization-refused.ts'
import { type AuthorizationServer, discoverAuthorizationServer } from './authorization-server-discovery.ts'
import { discoverProtectedResource } from './protected-resource-discovery.ts'
import { isLocal } from './secure-url.ts'

/** Where tokens for a resource come from. */
export interface Discovery {
  readonly resource: string
  /** All scopes that the resource has, where it says so. */
  readonly supported: readonly string[] | undefined
  /** What the resource says; the authorization server has a say of its own. */
  readonly attestation: AttestationDemand
  readonly server: AuthorizationServer
}

/**
 * Discovers resource and authorization server.
 *
 * @throws AuthorizationRefused those of both documents, `issuer_not_allowed`, `dpop_unsupported`
 */
export async function discover(
  parts: AgentParts,
  endpoint: URL,
  resourceMetadata: string | undefined,
): Promise<Discovery> {
  const { resource, issuers, scopes, proofAlgorithms, attestation } = await discoverProtectedResource(
    endpoint,
    resourceMetadata,
    parts.fetch,
  )
  requireProofAlgorithm(parts, proofAlgorithms, 'resource')
  const issuer = chooseIssuer(issuers, parts.clients.issuers)
  const server = await discoverAuthorizationServer(issuer, mayBeLocal(parts, endpoint, issuer), parts.fetch)
  requireProofAlgorithm(parts, server.proofAlgorithms, 'authorization server')
  return { resource, supported: scopes, attestation, server }
}

/** A loopback issuer is acceptable to a loopback resource, and where the operator listed it; a delegation lists nothing. */
export function mayBeLocal(parts: AgentParts, endpoint: URL, issuer: string): boolean {
  return isLocal(endpoint) || parts.listedIssuers?.includes(issuer) === true
}

/**
 * Takes the first issuer, or the first that the operator allows.
 *
 * @throws AuthorizationRefused `issuer_not_allowed`
 */
export function chooseIssuer(named: readonly string[], allowed: readonly string[] | undefined): string {
  const issuer = allowed === undefined ? named[0] : named.find((name) => allowed.includes(name))
  if (issuer !== undefined) return issuer
  throw new AuthorizationRefused(
    'issuer_not_allowed',
    'The resource names no authorization server that `issuers` allows; add its issuer there if it is meant.',
  )
}

/** `EdDSA` and `Ed25519` are two names for what our Ed25519 keys do (RFC 9864 §2.2). */
function requireProofAlgorithm(parts: AgentParts, offered: readonly string[] | undefined, who: string): void {
  const names = parts.key.algorithm === 'Ed25519' ? ['EdDSA', 'Ed25519'] : [parts.key.algorithm]
  if (offered === undefined || names.some((name) => offered.includes(name))) return
  throw new AuthorizationRefused(
    'dpop_unsupported',
    `The ${who} accepts no ${parts.key.algorithm} proofs; choose another \`proofKey\` algorithm.`,
  )
}
