/** The page on which a person logs in. */
import { html } from './html.ts'
import type { Page } from './page.ts'

/** What the page shows. */
export interface LoginView {
  readonly clientName: string
  /** Where the form is sent. */
  readonly action: string
  readonly formToken: string
  /** Where the browser goes in the end. */
  readonly redirectUri: string
  /** What was typed before, when it did not work. */
  readonly userName?: string
  readonly problem?: string
}

/** Lays out the page. */
export function layOutLogin({ clientName, action, formToken, redirectUri, userName = '', problem }: LoginView): Page {
  const notice = problem === undefined ? [] : [html`<p class="problem" role="alert" id="problem">${problem}</p>`]
  return {
    title: 'Log in',
    leadsTo: redirectUri,
    content: html`<p>Log in to continue to <strong>${clientName}</strong>.</p>
${notice}
<form method="post" action="${action}">
<input type="hidden" name="form_token" value="${formToken}">
<label for="name">User name</label>
<input id="name" name="name" value="${userName}" autocomplete="username" autocapitalize="none" maxlength="256" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required>
<button name="decision" value="login">Log in</button>
<button name="decision" value="cancel" formnovalidate>Cancel</button>
</form>`,
  }
}
