/** When a person is asked: to log in when nobody is, and to consent to every single authorization. */
import { interactionPolicy, type Policy } from 'oidc-provider'

/**
 * Builds the policy. The library would hand out what was consented to once without asking again; here each grant is
 * made from one page that a person saw, so an agent that steps up, or another program behind the same public client
 * id, never gets anything unseen (RFC 8252 §8.6). Passed once in a request, it cannot loop.
 */
export function createInteractionPolicy(): Policy {
  const policy = interactionPolicy.base()
  const consent = policy.get('consent')
  if (consent === undefined) throw new Error('oidc-provider has no consent prompt')
  consent.checks.clear()
  consent.checks.add(
    new interactionPolicy.Check(
      'consent_page',
      'a person has to see and approve this request',
      'consent_required',
      (ctx) => ctx.oidc.result?.consent === undefined,
    ),
  )
  return policy
}
