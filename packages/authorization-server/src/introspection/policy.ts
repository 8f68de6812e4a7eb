/** Who is told about a token (RFC 7662 §2.1, §4), and who may revoke it (RFC 7009 §2.1). */
import { type AccessToken, type Client, errors, type RefreshToken } from 'oidc-provider'
import type { ResourceRegistry } from '../configuration/resources.ts'

/**
 * A resource server is told about access tokens for its own resource; any other client that proves who it is, about its
 * own tokens. Everybody else learns nothing, not even that the token exists.
 */
export function mayIntrospect(resources: ResourceRegistry, client: Client, token: AccessToken | RefreshToken): boolean {
  const registration = resources.findByIntrospector(client.clientId)
  if (registration !== undefined) return 'aud' in token && token.aud === registration.resource
  return client.clientAuthMethod !== 'none' && token.clientId === client.clientId
}

/** A client may revoke what was issued to it; one that proves who it is learns that the token is somebody else's. */
export function mayRevoke(client: Client, token: AccessToken | RefreshToken): boolean {
  if (token.clientId === client.clientId) return true
  if (client.clientAuthMethod === 'none') return false
  throw new errors.InvalidRequest('this client may not revoke this token')
}
