/** Reads off an interaction what its client asks for. */
import { allowedScopes, DEFAULT_LIFETIME } from '../configuration/resources.ts'
import { lifetimes } from '../configuration/tokens.ts'
import type { ConsentRequest, Right } from './consent-request.ts'
import { type InteractionParts, nameOf, redirectUriOf, type Visit } from './parts.ts'

/** OpenID Connect's one scope here: the client learns the subject, and when and how they logged in. */
const identity: Right = { scope: 'openid', words: 'Know that it is you who logged in', kind: 'identity' }

/** Yields what is asked for and may be granted; nothing of it is more than the client is registered for. */
export function describeRequest(
  { resources, users }: InteractionParts,
  { interaction, client }: Visit,
): ConsentRequest {
  const { params, session } = interaction
  const indicator = Array.isArray(params.resource) ? params.resource[0] : params.resource
  const registration = resources.find(indicator)
  const subject = session?.accountId ?? ''
  const name = users.nameOf(subject)
  if (registration === undefined || name === undefined) throw new Error('The request is not complete.')

  const requested = new Set(typeof params.scope === 'string' ? params.scope.split(' ') : [])
  const rights = allowedScopes(registration, client)
    .filter((scope) => requested.has(scope))
    .map((scope): Right => ({ scope, words: registration.scopes[scope] ?? scope, kind: 'resource' }))
  return {
    client: { id: client.clientId, name: nameOf(client), redirectUri: redirectUriOf(interaction) },
    person: { subject, name },
    resource: {
      indicator: String(indicator),
      audience: registration.resource,
      name: registration.name ?? new URL(registration.resource).host,
    },
    rights: requested.has(identity.scope) ? [...rights, identity] : rights,
    duration: client.grantTypeAllowed('refresh_token')
      ? { most: lifetimes.Grant, unused: lifetimes.RefreshToken }
      : { most: registration.accessTokenLifetime ?? DEFAULT_LIFETIME },
  }
}
