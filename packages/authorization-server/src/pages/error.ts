/** The page that says what went wrong, when there is no client to send the person back to. */
import type { Context } from 'oidc-provider'
import { html } from './html.ts'
import { sendPage } from './page.ts'

/** Shows an OAuth error, as far as the outside may know it. */
export function renderErrorPage(ctx: Context, out: Readonly<Record<string, unknown>>): void {
  const code = typeof out.error === 'string' ? out.error : 'server_error'
  const description = typeof out.error_description === 'string' ? out.error_description : 'Something went wrong here.'
  sendPage(ctx, ctx.status, {
    title: 'This cannot go on',
    content: html`<p class="problem" role="alert">${description}</p>
<p>Go back to the program that sent you here and start again. Its maker may want to know the code <code>${code}</code>.</p>`,
  })
}
