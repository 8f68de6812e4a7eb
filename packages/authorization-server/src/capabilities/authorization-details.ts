/** Rich authorization requests (RFC 9396): which capabilities may be asked for, and which stand in a token. */
import { randomBytes } from 'node:crypto'
import {
  type Capability,
  type CapabilityRequest,
  MOST_AHEAD,
  mintCapability,
  parseCapabilities,
} from '@countersign/capability'
import type { AccessToken, AuthorizationDetailsFeature, Client, Context } from 'oidc-provider'
import type { ClientRegistry } from '../configuration/client-registry.ts'
import { allowedScopes, type ResourceRegistry } from '../configuration/resources.ts'
import type { Revocations } from '../revocation/revocations.ts'
import { assertRequestedTool, assertUnattended, coversTool, refusal } from './judge-request.ts'
import { requestedCapabilities } from './requested-capabilities.ts'
import type { ToolTable } from './tool-table.ts'

/** What capabilities are judged and made with. */
export interface CapabilityParts {
  readonly resources: ResourceRegistry
  readonly tools: ToolTable
  readonly clients: ClientRegistry
  readonly revocations: Revocations
  /** Yields a NumericDate. */
  readonly now: () => number
}

/** 128 random bits, base64url. */
export function newCapabilityId(): string {
  return randomBytes(16).toString('base64url')
}

/** The scopes that a client may have at a resource. */
export function scopesOf({ resources }: CapabilityParts, client: Client, resource: string): readonly string[] {
  const registration = resources.find(resource)
  return registration === undefined ? [] : allowedScopes(registration, client)
}

/**
 * Mints what a client may have without a person, who holds these scopes. Throws `invalid_authorization_details` or
 * `approval_required`.
 */
export function mintUnattended(
  { tools, now }: CapabilityParts,
  entry: CapabilityRequest,
  held: readonly string[],
): Capability {
  assertUnattended(assertRequestedTool(tools, entry), entry, held)
  const minted = mintCapability(entry, { newId: newCapabilityId, now: now() })
  if (!minted.ok) throw refusal(`the capability cannot be given: ${minted.reason}`)
  return minted.value
}

/** Whether a client may be given a capability at all, by a person or by delegation. */
export function mayHold(parts: CapabilityParts, client: Client, { locations, tool }: Capability | CapabilityRequest) {
  const known = parts.tools.find(locations[0], tool)
  if (known === undefined) return false
  return (
    parts.clients.find(client.clientId)?.asksForAnyTool === true ||
    coversTool(known, scopesOf(parts, client, locations[0]))
  )
}

/** Those of a granted list that may stand in a token issued now: not over, not revoked, and for its audience. */
export async function keepLive(
  { revocations, now }: CapabilityParts,
  details: readonly unknown[] | undefined,
  audience: string | undefined,
): Promise<readonly Capability[]> {
  const granted = parseCapabilities(details, 'token')
  if (!granted.ok) throw new Error('What was granted cannot be read any more.')
  const live = granted.value.filter(({ expires, locations }) => now() < expires && locations[0] === audience)
  const revoked = await Promise.all(live.map((capability) => revocations.isCapabilityRevoked(capability)))
  return live.filter((_capability, place) => revoked[place] === false)
}

/** True where nobody is there to be asked. */
function isForClientItself({ oidc }: Context): boolean {
  return oidc.route === 'token' && oidc.params?.grant_type === 'client_credentials'
}

/** Creates the library's feature. */
export function createAuthorizationDetails(parts: CapabilityParts): AuthorizationDetailsFeature {
  const { tools } = parts

  const assertAskable = (ctx: Context, client: Client): void => {
    for (const entry of requestedCapabilities(ctx.oidc)) {
      const tool = assertRequestedTool(tools, entry)
      if ((entry.not_before ?? 0) > parts.now() + MOST_AHEAD) throw refusal('not_before lies too far ahead')
      if (!mayHold(parts, client, entry)) throw refusal('this tool is beyond what the client may ask for')
      if (isForClientItself(ctx)) assertUnattended(tool, entry, scopesOf(parts, client, entry.locations[0]))
    }
  }
  const mintForClient = (ctx: Context, { aud = '' }: AccessToken, client: Client): readonly Capability[] =>
    requestedCapabilities(ctx.oidc).map((entry) => mintUnattended(parts, entry, scopesOf(parts, client, aud)))

  return {
    enabled: true,
    // The library looks at the entries one by one; they are judged as a whole, each time, and cheaply.
    types: { mcp_tool: { validate: async (ctx, _detail, client) => assertAskable(ctx, client) } },
    authorizationDetailsForGrantSource: async ({ oidc }) => oidc.grant?.rar,
    async authorizationDetailsForAccessToken(ctx, token, source) {
      const { client } = ctx.oidc
      if (client === undefined) throw new Error('There is no token without a client.')
      if (source === undefined) return mintForClient(ctx, token, client)
      const live = await keepLive(parts, source.rar, token.aud)
      return live.filter((capability) => mayHold(parts, client, capability))
    },
    authorizationDetailsForIntrospection: async (_ctx, { rar }) => rar,
  }
}
