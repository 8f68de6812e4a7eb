/** Consent: one description of the request, from which both the page and the grant are made. */
import { layOutConsent } from '../pages/consent.ts'
import { readAnswer } from '../pages/consent-fields.ts'
import { sendPage } from '../pages/page.ts'
import { askToLogIn, leaveSession } from './ask-to-log-in.ts'
import { describeRequest } from './describe-request.ts'
import { finishInteraction } from './finish.ts'
import { saveGrant } from './grant.ts'
import { narrowRequest } from './narrow-request.ts'
import type { InteractionParts, Visit } from './parts.ts'

/** Shows the consent page; `problem` says why it is shown again. */
export async function showConsent(parts: InteractionParts, visit: Visit, problem?: string): Promise<void> {
  const request = await describeRequest(parts, visit)
  const forms = {
    action: `${visit.path}/consent`,
    formToken: parts.formTokens.make(visit.interaction, 'consent', request),
    ...(problem === undefined ? {} : { problem }),
  }
  sendPage(visit.ctx, problem === undefined ? 200 : 403, layOutConsent(request, forms))
}

/**
 * Handles the form: a grant of what was shown and left ticked, as much of it as was chosen, or `access_denied`. The form token covers
 * the whole request, so a page whose request has changed since (another release, other registrations, somebody else
 * logged in) is shown anew. A form sent again before the client got its answer replaces the one before.
 */
export async function submitConsent(
  parts: InteractionParts,
  visit: Visit,
  fields: ReadonlyMap<string, string>,
): Promise<void> {
  const { provider, formTokens } = parts
  const { ctx, interaction } = visit
  const request = await describeRequest(parts, visit)
  if (!formTokens.check(fields.get('form_token'), interaction, 'consent', request)) {
    return showConsent(parts, visit, 'This is not the page that you answered. Nothing was allowed; look at it again.')
  }
  if (fields.get('decision') === 'switch') {
    await leaveSession(parts, visit)
    return askToLogIn(visit, 'switched')
  }
  const narrowed = narrowRequest(request, readAnswer(fields))
  const keepsNothing = narrowed.rights.length === 0 && narrowed.capabilities.length === 0
  if (fields.get('decision') !== 'approve' || keepsNothing) {
    const denied = { error: 'access_denied', error_description: 'the person did not approve' }
    return finishInteraction(provider, ctx, denied)
  }
  const replaced = interaction.result?.consent?.grantId
  if (replaced !== undefined) await (await provider.Grant.find(replaced))?.destroy()
  const grantId = await saveGrant(provider, narrowed, parts.now())
  await finishInteraction(provider, ctx, { consent: { grantId } })
}
