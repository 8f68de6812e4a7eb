/** Logging in: the page, and what its form does. */
import { layOutLogin } from '../pages/login.ts'
import { sendPage } from '../pages/page.ts'
import { finishInteraction } from './finish.ts'
import { type InteractionParts, nameOf, redirectUriOf, type Visit } from './parts.ts'

/** Shows the login page. */
export function showLogin(
  parts: InteractionParts,
  visit: Visit,
  problem?: { text: string; status: number; userName: string },
): void {
  const { ctx, interaction, client, path } = visit
  const page = layOutLogin({
    clientName: nameOf(client),
    action: `${path}/login`,
    formToken: parts.formTokens.make(interaction.uid, 'login', null),
    redirectUri: redirectUriOf(interaction),
    ...(problem === undefined ? {} : { problem: problem.text, userName: problem.userName }),
  })
  sendPage(ctx, problem?.status ?? 200, page)
}

/** Handles the form: a session for the person, the page again, or `access_denied` for the client. */
export async function submitLogin(
  parts: InteractionParts,
  visit: Visit,
  fields: ReadonlyMap<string, string>,
): Promise<void> {
  if (fields.get('decision') === 'cancel') {
    const denied = { error: 'access_denied', error_description: 'the person did not log in' }
    return finishInteraction(parts.provider, visit.ctx, denied)
  }
  const userName = fields.get('name') ?? ''
  const { attempts, users, log } = parts
  if (!attempts.begin(userName)) {
    log({ type: 'login_throttled' })
    const text = 'Too many attempts. Wait five minutes, then try again.'
    visit.ctx.set('Retry-After', '300')
    return showLogin(parts, visit, { text, status: 429, userName })
  }
  let subject: string | undefined
  try {
    subject = await users.authenticate(userName, fields.get('password') ?? '')
  } finally {
    attempts.end(userName, subject !== undefined)
  }
  if (subject === undefined) {
    log({ type: 'login_failed' })
    return showLogin(parts, visit, { text: 'User name and password do not match.', status: 401, userName })
  }
  await finishInteraction(parts.provider, visit.ctx, { login: { accountId: subject, amr: ['pwd'] } })
}
