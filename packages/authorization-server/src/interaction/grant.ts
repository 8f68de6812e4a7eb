/** The grant: what the library signs tokens from. */
import type { Provider } from 'oidc-provider'
import type { ConsentRequest } from './consent-request.ts'

/** Saves a grant of exactly the rights of the request, and yields its id. */
export async function saveGrant(
  provider: Provider,
  { client, person, resource, rights }: ConsentRequest,
): Promise<string> {
  const grant = new provider.Grant({ accountId: person.subject, clientId: client.id })
  const scopesOf = (kind: 'resource' | 'identity') =>
    rights.filter((right) => right.kind === kind).map(({ scope }) => scope)
  const scopes = scopesOf('resource')
  if (scopes.length > 0) grant.addResourceScope(resource.indicator, scopes.join(' '))
  for (const scope of scopesOf('identity')) grant.addOIDCScope(scope)
  return grant.save()
}
