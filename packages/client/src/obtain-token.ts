/** The grants that get the token which an agent's calls go out with, by who the agent is and for whom it acts. */
import type { AgentParts } from './agent-parts.ts'
import { requestAuthorizationCode } from './authorization-code.ts'
import { requireDelegationFor } from './delegation/delegation.ts'
import type { Discovery } from './discovery.ts'
import { exchangeToken } from './token-exchange.ts'
import { type ObtainedToken, requestToken } from './token-request.ts'

/**
 * Requests a token: for what was delegated to the agent, for itself, or for a person, who is asked.
 *
 * @param scopes undefined leaves the choice to the authorization server; of a delegation the agent takes everything
 * @throws AuthorizationRefused those of a token request and of an authorization code; `delegation_unfit`
 */
export async function obtainToken(
  parts: AgentParts,
  discovery: Discovery,
  scopes: readonly string[] | undefined,
): Promise<ObtainedToken> {
  const { resource, server } = discovery
  if (parts.delegation !== undefined) return obtainDelegated(parts, discovery)
  const { interaction, clientId } = await parts.clients.find(server)
  if (interaction === undefined) {
    const parameters = { grant_type: 'client_credentials' }
    return requestToken(parts, server, { parameters, resource, scopes, sendScope: true })
  }
  const { thumbprint } = parts.key
  const parameters = await requestAuthorizationCode({ server, clientId, interaction, resource, scopes, thumbprint })
  return requestToken(parts, server, { parameters, resource, scopes, sendScope: false })
}

/** All that was delegated, and nothing of the agent's own: what it may do by itself is not what it was sent to do. */
function obtainDelegated(parts: AgentParts, discovery: Discovery): Promise<ObtainedToken> {
  const { token: subjectToken, scopes, capabilities: held } = requireDelegationFor(parts, discovery)
  const capabilities = { asked: [], held }
  return exchangeToken(parts, discovery, { subjectToken, scopes, sendScope: false, capabilities })
}
