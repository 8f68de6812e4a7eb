/** The grant: what the library signs tokens from. */
import { type Capability, mintCapability } from '@countersign/capability'
import type { Provider } from 'oidc-provider'
import { newCapabilityId } from '../capabilities/authorization-details.ts'
import { MAX_TOKEN_LIFETIME } from '../configuration/tokens.ts'
import type { AskedCapability, ConsentRequest } from './consent-request.ts'

/** Saves a grant of exactly the rights and capabilities of the request, approved `now`, and yields its id. */
export async function saveGrant(
  provider: Provider,
  { client, person, resource, rights, capabilities }: ConsentRequest,
  now: number,
): Promise<string> {
  const minted = capabilities.map((asked) => mintApproved(asked, now))
  const life = rights.length === 0 ? { expiresIn: longestLife(minted, now) } : {}
  const grant = new provider.Grant({ accountId: person.subject, clientId: client.id, ...life })
  const scopesOf = (kind: 'resource' | 'identity') =>
    rights.filter((right) => right.kind === kind).map(({ scope }) => scope)
  const scopes = scopesOf('resource')
  if (scopes.length > 0) grant.addResourceScope(resource.indicator, scopes.join(' '))
  for (const scope of scopesOf('identity')) grant.addOIDCScope(scope)
  for (const capability of minted) grant.addRar(capability)
  return grant.save()
}

function mintApproved({ entry }: AskedCapability, now: number): Capability {
  const minted = mintCapability(entry, { newId: newCapabilityId, now, approved: true })
  if (!minted.ok) throw new Error(`What was shown cannot be granted: ${minted.reason}`)
  return minted.value
}

/** Nothing but capabilities: once they are over there is nothing to refresh. Seconds, those of the last token included. */
function longestLife(capabilities: readonly Capability[], now: number): number {
  return Math.max(...capabilities.map(({ expires }) => expires)) - Math.floor(now) + MAX_TOKEN_LIFETIME
}
