/** What one agent hands to another: a token that only the two of them can do anything with (RFC 8693 §4.4). */
import { type Capability, parseCapabilities } from '@countersign/capability'
import { parseScope } from '@countersign/core/wire'
import type { AgentParts } from '../agent-parts.ts'
import { AuthorizationRefused } from '../authorization-refused.ts'
import type { Discovery } from '../discovery.ts'
import { membersOf } from '../json-members.ts'
import { parseStringList } from '../string-list.ts'
import { isAccessToken } from '../token-response.ts'

/**
 * Plain JSON, made by `agent.delegate`, to be sent to the other agent by any way and given to its `createAgent`. The
 * token in it is bound to the key of the agent that made it, and is exchanged only for the client that it names, which
 * has to authenticate: whoever else reads it can do nothing with it.
 */
export interface Delegation {
  /** The authorization server that exchanges the token. */
  readonly issuer: string
  /** The one server that it is for. */
  readonly resource: string
  readonly token: string
  readonly scopes: readonly string[]
  readonly capabilities: readonly Capability[]
}

/**
 * Reads a delegation that came from another process.
 *
 * @throws AuthorizationRefused `misconfigured`
 */
export function parseDelegation(value: unknown): Delegation {
  const { issuer, resource, token, scopes, capabilities } = membersOf(value)
  const names = parseStringList(scopes)
  const held = parseCapabilities(capabilities, 'token')
  const areScopes = names?.length === 0 || parseScope(names?.join(' ')) !== undefined
  if (typeof issuer === 'string' && typeof resource === 'string' && isAccessToken(token) && areScopes && held.ok) {
    return { issuer, resource, token, scopes: names ?? [], capabilities: held.value }
  }
  throw new AuthorizationRefused(
    'misconfigured',
    'The `delegation` is none that `agent.delegate` yields; pass it on as it is.',
  )
}

/**
 * The delegation of an agent that has one, for the server that it is for.
 *
 * @throws AuthorizationRefused `delegation_unfit`
 */
export function requireDelegationFor({ delegation }: AgentParts, { resource, server }: Discovery): Delegation {
  if (delegation?.resource === resource && delegation.issuer === server.issuer) return delegation
  throw new AuthorizationRefused(
    'delegation_unfit',
    'This agent acts on a delegation for another server; create an agent of its own for this one.',
  )
}
