/** Whether a form was sent from a page of ours, as far as the browser says. */
import type { Context } from 'oidc-provider'

/**
 * Pages sent with `Referrer-Policy: no-referrer` send `Origin: null` (Fetch §3.1), so `Sec-Fetch-Site` is what counts
 * where there is one; `none` is a reload. Programs that send neither header are left to the form token.
 */
export function isSentFromHere(ctx: Context, origin: string): boolean {
  const site = ctx.get('Sec-Fetch-Site')
  const sender = ctx.get('Origin')
  if (site === '') return sender === '' || sender === origin
  return (site === 'same-origin' || site === 'none') && (sender === '' || sender === 'null' || sender === origin)
}
