/** Who is told about a token (RFC 7662 §2.1, §4), and who may revoke it (RFC 7009 §2.1). */
import { type AccessToken, type Client, type Context, errors, type RefreshToken } from 'oidc-provider'
import { isProvenBySvid } from '../client-authentication/jwt-svid.ts'
import type { ResourceRegistry } from '../configuration/resources.ts'

/** Who asks, on which request. */
export interface Inquirer {
  readonly ctx: Context
  readonly client: Client
}

/** A client that is known by attestations proves itself only at the token endpoint; elsewhere it counts as public. */
function isProven({ client, ctx }: Inquirer): boolean {
  return client.clientAuthMethod !== 'none' || isProvenBySvid(ctx)
}

/**
 * A resource server is told about access tokens for its own resource; any other client that proves who it is, about its
 * own tokens. Everybody else learns nothing, not even that the token exists.
 */
export function mayIntrospect(
  resources: ResourceRegistry,
  { client, ctx }: Inquirer,
  token: AccessToken | RefreshToken,
): boolean {
  const registration = resources.findByIntrospector(client.clientId)
  if (registration !== undefined) return 'aud' in token && token.aud === registration.resource
  return isProven({ client, ctx }) && token.clientId === client.clientId
}

/** A client may revoke what was issued to it; one that proves who it is learns that the token is somebody else's. */
export function mayRevoke({ client, ctx }: Inquirer, token: AccessToken | RefreshToken): boolean {
  if (token.clientId === client.clientId) return true
  if (!isProven({ client, ctx })) return false
  throw new errors.InvalidRequest('this client may not revoke this token')
}
