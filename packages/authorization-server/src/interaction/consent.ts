/** Consent: one description of the request, from which both the page and the grant are made. */
import { allowedScopes } from '../configuration/resources.ts'
import { type ConsentView, layOutConsent } from '../pages/consent.ts'
import { sendPage } from '../pages/page.ts'
import { finishInteraction } from './finish.ts'
import { type InteractionParts, nameOf, redirectUriOf, type Visit } from './parts.ts'

/** Shows the consent page. */
export function showConsent(parts: InteractionParts, visit: Visit): void {
  const view = describeRequest(parts, visit)
  const formToken = parts.formTokens.make(visit.interaction.uid, 'consent', view)
  sendPage(visit.ctx, 200, layOutConsent(view, `${visit.path}/consent`, formToken))
}

/**
 * Handles the form: a grant of exactly what the page showed, or `access_denied`. The form token covers the whole
 * description, so a page whose description has changed since (another release, other registrations) is shown anew.
 */
export async function submitConsent(
  parts: InteractionParts,
  visit: Visit,
  fields: ReadonlyMap<string, string>,
): Promise<void> {
  const { provider, formTokens } = parts
  const { ctx, interaction, client } = visit
  const view = describeRequest(parts, visit)
  if (!formTokens.check(fields.get('form_token'), interaction.uid, 'consent', view)) return showConsent(parts, visit)
  if (fields.get('decision') !== 'approve') {
    const denied = { error: 'access_denied', error_description: 'the person did not approve' }
    return finishInteraction(provider, ctx, denied)
  }
  const grant = new provider.Grant({ accountId: interaction.session?.accountId ?? '', clientId: client.clientId })
  grant.addResourceScope(view.resource, view.scopes.map(({ scope }) => scope).join(' '))
  if (view.identity) grant.addOIDCScope('openid')
  await finishInteraction(provider, ctx, { consent: { grantId: await grant.save() } })
}

/** Says what an authorization request asks for and what of it the client may have. */
function describeRequest({ resources, users }: InteractionParts, { interaction, client }: Visit): ConsentView {
  const { params, session } = interaction
  const indicator = Array.isArray(params.resource) ? params.resource[0] : params.resource
  const registration = resources.find(indicator)
  const userName = users.nameOf(session?.accountId ?? '')
  if (registration === undefined || userName === undefined) throw new Error('The request is not complete.')

  const requested = new Set(typeof params.scope === 'string' ? params.scope.split(' ') : [])
  const scopes = allowedScopes(registration, client).filter((scope) => requested.has(scope))
  return {
    clientName: nameOf(client),
    clientId: client.clientId,
    redirectUri: redirectUriOf(interaction),
    userName,
    resource: String(indicator),
    resourceName: registration.name ?? registration.resource,
    scopes: scopes.map((scope) => ({ scope, words: registration.scopes[scope] ?? scope })),
    identity: requested.has('openid'),
  }
}
