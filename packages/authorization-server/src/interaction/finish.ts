/** The way back from a page into the authorization request. */
import type { Context, InteractionResult, Provider } from 'oidc-provider'

/** Stores the outcome with the interaction and sends the browser on (303, so that no password is posted again). */
export async function finishInteraction(provider: Provider, ctx: Context, result: InteractionResult): Promise<void> {
  const returnTo = await provider.interactionResult(ctx.req, ctx.res, result)
  ctx.status = 303
  ctx.set('Location', returnTo)
  ctx.set('Cache-Control', 'no-store')
  ctx.body = ''
}
