/** Delegation from an orchestrator to a worker: less than it holds, for a client that it names (RFC 8693 §4.4). */
import { type CapabilityRequest, parseCapability } from '@countersign/capability'
import { readCompactJws } from '@countersign/core'
import type { AgentParts } from '../agent-parts.ts'
import { AuthorizationRefused } from '../authorization-refused.ts'
import type { Discovery } from '../discovery.ts'
import { membersOf } from '../json-members.ts'
import { requireSecureUrl } from '../secure-url.ts'
import { exchangeToken } from '../token-exchange.ts'
import type { ObtainedToken } from '../token-request.ts'
import type { TokenStore } from '../token-store.ts'
import type { Delegation } from './delegation.ts'

/** A capability to be delegated; type and server go without saying. */
export type DelegatedCapability = Pick<CapabilityRequest, 'tool' | 'arguments' | 'not_before'> & {
  /** 1 where left out. */
  readonly uses?: number
  /** 60 where left out. */
  readonly seconds?: number
}

/** What is delegated, and to whom. Scopes, capabilities or both: all that is not named stays behind. */
export interface DelegationRequest {
  /** URL of the MCP server. */
  readonly url: string | URL
  /** The worker's client id; the authorization server has to know that this client may delegate to it. */
  readonly to: string
  readonly scopes?: readonly string[]
  readonly capabilities?: readonly DelegatedCapability[]
}

/**
 * Narrows the token that the agent holds for a server to what is delegated; gets one first where it holds none.
 *
 * @throws AuthorizationRefused `misconfigured`; `delegation_unfit` where the authorization server exchanges no tokens,
 * says no, or yields less than was asked for; those of a token request
 */
export async function delegate(parts: AgentParts, tokens: TokenStore, request: DelegationRequest): Promise<Delegation> {
  const { to, scopes = [], capabilities = [] } = request
  if (scopes.length === 0 && capabilities.length === 0) {
    throw new AuthorizationRefused('misconfigured', 'Name the `scopes` or `capabilities` that are to be delegated.')
  }
  const { token, discovery } = await holdToken(tokens, request)
  const { resource, server } = discovery
  if (!server.exchangesTokens) throw unfit('does not announce token exchange (RFC 8693)')
  const asked = capabilities.map((capability) => completeCapability(capability, resource))
  const issued = await explainNo(
    exchangeToken(parts, discovery, {
      subjectToken: token,
      scopes,
      sendScope: scopes.length > 0,
      capabilities: { asked },
      mayAct: to,
    }),
  )
  if (issued.capabilities.length < asked.length) throw unfit('left out a capability that was to be delegated')
  requireActor(issued.accessToken, to)
  return {
    issuer: server.issuer,
    resource,
    token: issued.accessToken,
    scopes: issued.scopes,
    capabilities: issued.capabilities,
  }
}

async function holdToken(
  tokens: TokenStore,
  { url, scopes }: DelegationRequest,
): Promise<{ readonly token: string; readonly discovery: Discovery }> {
  const authorization = tokens.find(requireSecureUrl(url, 'MCP server URL'))
  const wish = { error: undefined, scopes, resourceMetadata: undefined, remediation: undefined }
  const held = (await authorization.ready()) ?? (await authorization.renew(wish, undefined))
  const { discovery } = authorization
  if (discovery === undefined) throw unfit('could not be found again')
  return { token: held.accessToken, discovery }
}

function completeCapability(capability: DelegatedCapability, resource: string): CapabilityRequest {
  const entry = { uses: 1, seconds: 60, ...capability, type: 'mcp_tool', locations: [resource] }
  const parsed = parseCapability(entry, 'request')
  if (parsed.ok) return parsed.value
  throw new AuthorizationRefused(
    'misconfigured',
    `A capability that is to be delegated is malformed: ${parsed.reason}.`,
  )
}

async function explainNo(exchange: Promise<ObtainedToken>): Promise<ObtainedToken> {
  try {
    return await exchange
  } catch (error) {
    if (!(error instanceof AuthorizationRefused) || error.code !== 'token_request_failed') throw error
    throw new AuthorizationRefused(
      'delegation_unfit',
      'The authorization server delegates nothing such: `scopes` of this agent must cover it without a person, and its client be registered to delegate to the other one.',
      error.oauthError,
    )
  }
}

/** Where the token can be read, it must name the worker, and nobody else, as the one that may act. */
function requireActor(accessToken: string, to: string): void {
  const jws = readCompactJws(accessToken)
  if (!jws.ok || membersOf(jws.value.payload.may_act).sub === to) return
  throw unfit('issued a token that the other client may not exchange')
}

function unfit(what: string): AuthorizationRefused {
  return new AuthorizationRefused('delegation_unfit', `The authorization server ${what}; nothing was delegated.`)
}
