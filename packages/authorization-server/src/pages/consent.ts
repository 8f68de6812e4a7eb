/** The page on which a person sees what a client asks for, and decides. */
import { html } from './html.ts'
import type { Page } from './page.ts'

/** What is asked for: the page shows it, and the grant is made from it. */
export interface ConsentView {
  readonly clientName: string
  readonly clientId: string
  readonly redirectUri: string
  readonly userName: string
  /** The indicator as the client sent it. */
  readonly resource: string
  readonly resourceName: string
  /** Each scope of the resource, and in words what it allows. */
  readonly scopes: readonly { readonly scope: string; readonly words: string }[]
  /** The client is also told who logged in (OpenID Connect). */
  readonly identity: boolean
}

/** Lays out the page. */
export function layOutConsent(view: ConsentView, action: string, formToken: string): Page {
  const { clientName, clientId, redirectUri, userName, resource, resourceName, scopes, identity } = view
  const rights = [
    ...scopes.map(({ scope, words }) => html`<li>${words} <small>(<code>${scope}</code>)</small></li>`),
    ...(identity ? [html`<li>Know that it is you who logged in <small>(<code>openid</code>)</small></li>`] : []),
  ]
  return {
    title: `Allow ${clientName}?`,
    leadsTo: redirectUri,
    content: html`<p>You are logged in as <strong>${userName}</strong>. <strong>${clientName}</strong> asks to:</p>
<ul>${rights}</ul>
<dl>
<dt>On</dt><dd>${resourceName} <small>(${resource})</small></dd>
<dt>Program</dt><dd>${clientName} <small>(${clientId})</small></dd>
<dt>You will be sent to</dt><dd>${redirectHost(redirectUri)}</dd>
</dl>
<form method="post" action="${action}">
<input type="hidden" name="form_token" value="${formToken}">
<button name="decision" value="approve">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>`,
  }
}

/** The host that a person can recognise, or the scheme of an app. */
function redirectHost(redirectUri: string): string {
  const url = URL.parse(redirectUri)
  return url === null ? redirectUri : url.host || url.protocol
}
