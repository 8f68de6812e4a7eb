/** Reads off an interaction what its client asks for. */
import { mayHold } from '../capabilities/authorization-details.ts'
import { findRequestedTool } from '../capabilities/judge-request.ts'
import { parseRequestedCapabilities } from '../capabilities/requested-capabilities.ts'
import type { ResourceRegistration } from '../configuration/options.ts'
import { allowedScopes, DEFAULT_LIFETIME } from '../configuration/resources.ts'
import { lifetimes } from '../configuration/tokens.ts'
import type { AskedCapability, ConsentRequest, Right } from './consent-request.ts'
import { type InteractionParts, nameOf, redirectUriOf, type Visit } from './parts.ts'

/** OpenID Connect's one scope here: the client learns the subject, and when and how they logged in. */
const identity: Right = { scope: 'openid', words: 'Know that it is you who logged in', kind: 'identity' }

/** Yields what is asked for and may be granted; nothing of it is more than the client is registered for. */
export async function describeRequest(parts: InteractionParts, visit: Visit): Promise<ConsentRequest> {
  const { resources, users } = parts
  const { interaction, client } = visit
  const { params, session } = interaction
  const indicator = Array.isArray(params.resource) ? params.resource[0] : params.resource
  const registration = resources.find(indicator)
  const subject = session?.accountId ?? ''
  const name = await users.nameOf(subject)
  if (registration === undefined || name === undefined) throw new Error('The request is not complete.')

  const requested = new Set(typeof params.scope === 'string' ? params.scope.split(' ') : [])
  const rights = allowedScopes(registration, client)
    .filter((scope) => requested.has(scope))
    .map((scope): Right => ({ scope, words: registration.scopes[scope] ?? scope, kind: 'resource' }))
  const all = requested.has(identity.scope) ? [...rights, identity] : rights
  const capabilities = describeCapabilities(parts, visit)
  return {
    client: { id: client.clientId, name: nameOf(client), redirectUri: redirectUriOf(interaction) },
    person: { subject, name },
    resource: {
      indicator: String(indicator),
      audience: registration.resource,
      name: registration.name ?? new URL(registration.resource).host,
    },
    rights: all,
    capabilities,
    ...(all.length > 0 && { duration: measureRights(visit, registration) }),
  }
}

/** Those that the client may still ask for: it was judged when its request came, and registrations may have changed. */
function describeCapabilities(parts: InteractionParts, { interaction, client }: Visit): readonly AskedCapability[] {
  const requested = parseRequestedCapabilities(interaction.params.authorization_details)
  if (!requested.ok) throw new Error('The request is not complete.')
  return requested.value
    .filter((entry) => mayHold(parts, client, entry))
    .flatMap((entry) => {
      const tool = findRequestedTool(parts.tools, entry)
      return tool.ok ? [{ entry, words: tool.value.words }] : []
    })
}

function measureRights(
  { client }: Visit,
  { accessTokenLifetime = DEFAULT_LIFETIME }: ResourceRegistration,
): NonNullable<ConsentRequest['duration']> {
  return client.grantTypeAllowed('refresh_token')
    ? { most: lifetimes.Grant, unused: lifetimes.RefreshToken }
    : { most: accessTokenLifetime }
}
