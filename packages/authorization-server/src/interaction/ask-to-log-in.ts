/** Asks for a login in the middle of an interaction: nothing of the client's request is lost. */
import type { InteractionParts, Visit } from './parts.ts'

/** Why somebody who had logged in is asked again. */
export type LoginReason = 'session_ended' | 'switched'

/** What the login page says to them. */
export const loginReasons: Readonly<Record<LoginReason, string>> = {
  session_ended: 'You were logged out in the meantime. Log in again to go on where you were.',
  switched: 'You are logged out. Log in with the account that you want to use.',
}

/** Turns the interaction back to its login, with no tie to the session it began in, and sends the browser there. */
export async function askToLogIn({ ctx, interaction, path }: Visit, reason: LoginReason): Promise<void> {
  interaction.prompt = { name: 'login', reasons: [reason], details: {} }
  delete interaction.session
  await interaction.persist()
  ctx.status = 303
  ctx.set('Location', path)
  ctx.set('Cache-Control', 'no-store')
  ctx.body = ''
}

/** Ends the browser's session. What was granted in it stays: grants stand on their own. */
export async function leaveSession({ provider }: InteractionParts, { ctx }: Visit): Promise<void> {
  const session = await provider.Session.get(ctx)
  if (session.accountId !== undefined) await session.destroy()
}
