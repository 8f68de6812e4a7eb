/** Exchanges a token for one that may do less, or that another client may act with (RFC 8693). */
import type { AgentParts } from './agent-parts.ts'
import { ACCESS_TOKEN_TYPE, TOKEN_EXCHANGE } from './authorization-server-discovery.ts'
import type { CapabilityBounds } from './capability/granted-capabilities.ts'
import type { Discovery } from './discovery.ts'
import { type ObtainedToken, requestToken } from './token-request.ts'

/** What is exchanged, and for what. */
export interface TokenExchange {
  readonly subjectToken: string
  /** What the new token may carry at the most. */
  readonly scopes: readonly string[]
  /** False leaves it to the details, or where there are none to the subject token, what the new one carries. */
  readonly sendScope: boolean
  readonly capabilities: CapabilityBounds
  /** The client that may exchange the new token in its turn (RFC 8693 §4.4). */
  readonly mayAct?: string
}

/**
 * Requests the exchange, under the agent's own key.
 *
 * @throws AuthorizationRefused those of a token request
 */
export function exchangeToken(
  parts: AgentParts,
  { server, resource }: Discovery,
  { subjectToken, scopes, sendScope, capabilities, mayAct }: TokenExchange,
): Promise<ObtainedToken> {
  const parameters = {
    grant_type: TOKEN_EXCHANGE,
    subject_token: subjectToken,
    subject_token_type: ACCESS_TOKEN_TYPE,
    ...(capabilities.asked.length > 0 && { authorization_details: JSON.stringify(capabilities.asked) }),
    ...(mayAct !== undefined && { may_act: mayAct }),
  }
  return requestToken(parts, server, { parameters, resource, scopes, sendScope, capabilities })
}
