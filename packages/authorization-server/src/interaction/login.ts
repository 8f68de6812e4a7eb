/** Logging in: the page, and what its form does. */
import { type LoginView, layOutLogin } from '../pages/login.ts'
import { sendPage } from '../pages/page.ts'
import { leaveSession, loginReasons } from './ask-to-log-in.ts'
import { finishInteraction } from './finish.ts'
import { type InteractionParts, nameOf, redirectUriOf, resourceNameOf, type Visit } from './parts.ts'

/** Why the page is shown again: what it says, with which status, and what was typed. */
interface Failure {
  readonly problem: NonNullable<LoginView['problem']>
  readonly status: number
  readonly userName: string
}

/** Shows the login page. */
export function showLogin(parts: InteractionParts, visit: Visit, failure?: Failure): void {
  const { ctx, interaction, client, path } = visit
  const reason = interaction.prompt.reasons.find((name) => name === 'session_ended' || name === 'switched')
  const page = layOutLogin({
    clientName: nameOf(client),
    resourceName: resourceNameOf(parts.resources, interaction),
    action: `${path}/login`,
    formToken: parts.formTokens.make(interaction, 'login', null),
    redirectUri: redirectUriOf(interaction),
    ...(reason === undefined ? {} : { reason: loginReasons[reason] }),
    ...(failure === undefined ? {} : { problem: failure.problem, userName: failure.userName }),
  })
  sendPage(ctx, failure?.status ?? 200, page)
}

/** Handles the form: a session for the person, the page again, or `access_denied` for the client. */
export async function submitLogin(
  parts: InteractionParts,
  visit: Visit,
  fields: ReadonlyMap<string, string>,
): Promise<void> {
  const userName = fields.get('name') ?? ''
  const { attempts, users, log, formTokens } = parts
  const fail = (status: number, text: string, typed = false) =>
    showLogin(parts, visit, { status, userName, problem: { text, fields: typed } })

  if (!formTokens.check(fields.get('form_token'), visit.interaction, 'login', null)) {
    return fail(403, 'This form was not sent from this page. Nobody was logged in; try again here.')
  }
  if (fields.get('decision') === 'cancel') {
    const denied = { error: 'access_denied', error_description: 'the person did not log in' }
    return finishInteraction(parts.provider, visit.ctx, denied)
  }
  if (!(await attempts.begin(userName))) {
    log({ type: 'login_throttled' })
    visit.ctx.set('Retry-After', '300')
    return fail(429, 'Too many attempts. Wait five minutes, then try again.')
  }
  let subject: string | undefined
  try {
    subject = await users.authenticate(userName, fields.get('password') ?? '')
  } finally {
    await attempts.end(userName, subject !== undefined)
  }
  if (subject === undefined) {
    log({ type: 'login_failed' })
    return fail(401, 'User name and password do not match. Check both and try again.', true)
  }
  await leaveOtherSession(parts, visit, subject)
  await finishInteraction(parts.provider, visit.ctx, { login: { accountId: subject, amr: ['pwd'] } })
}

/** Somebody else's session ends here: the library would ask a page with a script to end it. */
async function leaveOtherSession(parts: InteractionParts, visit: Visit, subject: string): Promise<void> {
  const { accountId } = await parts.provider.Session.get(visit.ctx)
  if (accountId === undefined || accountId === subject) return
  await leaveSession(parts, visit)
  if (visit.interaction.session === undefined) return
  delete visit.interaction.session
  await visit.interaction.persist()
}
