/** The ways to a capability, the most modest first; none of them gets more than the one entry. */
import type { CapabilityRequest } from '@countersign/capability'
import type { AgentParts } from '../agent-parts.ts'
import { requestAuthorizationCode } from '../authorization-code.ts'
import { unlessDeclined } from '../authorization-refused.ts'
import { requireDelegationFor } from '../delegation/delegation.ts'
import type { Discovery } from '../discovery.ts'
import { type HeldToken, toHeldToken } from '../held-token.ts'
import { exchangeToken } from '../token-exchange.ts'
import { type ObtainedToken, requestToken } from '../token-request.ts'
import type { CapabilityToken } from './capability-tokens.ts'

/** One way; takes the token that the agent holds for the server. */
export type CapabilityGrant = (held: HeldToken) => Promise<ObtainedToken>

/** What is to be got. */
export interface CapabilityWish {
  readonly entry: CapabilityRequest
  /** Whether it is worth nothing unless the authorization server has asked a person. */
  readonly needsPerson: boolean
}

/**
 * Lists the ways that a server offers an agent: narrowing what it holds (RFC 8693), asking for itself, asking a person
 * (RFC 9396). One that acts on a delegation has the first alone.
 *
 * @throws AuthorizationRefused `delegation_unfit`, and those of finding credentials
 */
export async function listCapabilityGrants(
  parts: AgentParts,
  discovery: Discovery,
  { entry, needsPerson }: CapabilityWish,
): Promise<readonly CapabilityGrant[]> {
  const { resource, server } = discovery
  if (!server.detailTypes.includes('mcp_tool')) return []
  const bounds = { capabilities: { asked: [entry] }, sendScope: false }
  const exchanges: CapabilityGrant[] = []
  if (server.exchangesTokens && !needsPerson) {
    exchanges.push(({ accessToken, scopes }) => {
      const subjectToken = parts.delegation === undefined ? accessToken : requireDelegationFor(parts, discovery).token
      return exchangeToken(parts, discovery, { ...bounds, subjectToken, scopes })
    })
  }
  if (parts.delegation !== undefined) return exchanges
  const { interaction, clientId } = await parts.clients.find(server)
  if (interaction === undefined) {
    const details = { authorization_details: JSON.stringify([entry]) }
    const parameters = { grant_type: 'client_credentials', ...details }
    const ask: CapabilityGrant = ({ scopes }) =>
      requestToken(parts, server, { ...bounds, parameters, resource, scopes })
    return needsPerson ? [] : [...exchanges, ask]
  }
  const { thumbprint } = parts.key
  const asked = { server, clientId, interaction, resource, scopes: undefined, capabilities: [entry], thumbprint }
  const ask: CapabilityGrant = async ({ scopes }) => {
    const parameters = await requestAuthorizationCode(asked)
    return requestToken(parts, server, { ...bounds, parameters, resource, scopes })
  }
  return [...exchanges, ask]
}

/**
 * Goes one way after the other until one leads there.
 *
 * @returns undefined when the authorization server says no to all of them
 * @throws AuthorizationRefused whatever is suspicious rather than a no
 */
export async function obtainCapability(
  grants: readonly CapabilityGrant[],
  held: HeldToken,
  discovery: Discovery,
): Promise<CapabilityToken | undefined> {
  const [grant, ...others] = grants
  if (grant === undefined) return undefined
  const issued = await unlessDeclined(() => grant(held))
  const token = issued === undefined ? undefined : toCapabilityToken(issued, discovery)
  return token ?? obtainCapability(others, held, discovery)
}

/** Scopes and a refresh token that came along are left: this token is for one call. */
function toCapabilityToken(issued: ObtainedToken, discovery: Discovery): CapabilityToken | undefined {
  const [capability] = issued.capabilities
  if (capability === undefined) return undefined
  const { uses, expires } = capability
  return { token: toHeldToken({ ...issued, scopes: [] }, discovery, expires - issued.issuedAt), uses }
}
