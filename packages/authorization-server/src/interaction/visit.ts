/** Finds the interaction that a browser visits: its own, in the session in which it began. */
import type { Context } from 'oidc-provider'
import type { InteractionParts, Visit } from './parts.ts'

/** The visit; or `gone`: the cookie is this browser's, the interaction is over; or `unknown`: there is no such cookie. */
export type FoundVisit = { readonly visit: Visit; readonly sessionEnded: boolean } | 'gone' | 'unknown'

/** `uid` stands in the path and is not secret: the browser's own signed cookie has to name it too. */
export async function findVisit(
  { provider, users }: InteractionParts,
  ctx: Context,
  uid: string,
  mountPath: string,
): Promise<FoundVisit> {
  if (ctx.cookies.get(provider.cookieName('interaction'), { signed: true }) !== uid) return 'unknown'
  const interaction = await provider.Interaction.find(uid)
  if (interaction === undefined) return 'gone'
  const client = await provider.Client.find(String(interaction.params.client_id))
  if (client === undefined) return 'gone'

  const began = interaction.session
  const session = began === undefined ? undefined : await provider.Session.get(ctx)
  const subject = began?.accountId
  const sessionEnded =
    began !== undefined &&
    (session?.uid !== began.uid ||
      session?.accountId !== subject ||
      subject === undefined ||
      !(await users.has(subject)))
  return { visit: { ctx, interaction, client, path: `${mountPath}/interaction/${uid}` }, sessionEnded }
}
