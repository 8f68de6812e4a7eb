/** The page on which a person logs in. */
import { toDisplayText } from './display-text.ts'
import { html } from './html.ts'
import type { Page } from './page.ts'

/** What the page shows. */
export interface LoginView {
  readonly clientName: string
  /** What the client wants to use. */
  readonly resourceName: string
  /** Where the form is sent. */
  readonly action: string
  readonly formToken: string
  /** Where the browser goes in the end. */
  readonly redirectUri: string
  /** Why a person who was logged in is asked again. */
  readonly reason?: string
  /** What was typed before, when it did not work. */
  readonly userName?: string
  /** Why it did not work; `fields`: because of what was typed. */
  readonly problem?: { readonly text: string; readonly fields: boolean }
}

/** Lays out the page. What is wrong stands in the title too, because that is what a screen reader says first. */
export function layOutLogin(view: LoginView): Page {
  const { clientName, resourceName, action, formToken, redirectUri, reason, userName = '', problem } = view
  const notice =
    problem === undefined
      ? (reason ?? '') && html`<p class="notice" id="notice">${reason ?? ''}</p>`
      : html`<p class="problem" id="notice" role="alert">${problem.text}</p>`
  const described = notice === '' ? '' : html` aria-describedby="notice"`
  const invalid = problem?.fields === true ? html` aria-invalid="true"` : ''
  const [first, second] = userName === '' ? [html` autofocus`, ''] : ['', html` autofocus`]
  return {
    title: problem === undefined ? 'Log in' : 'Problem: Log in',
    leadsTo: redirectUri,
    content: html`<h1>Log in</h1>
<p>A program that calls itself <strong><bdi>${toDisplayText(clientName)}</bdi></strong> wants to use <strong><bdi>${toDisplayText(resourceName)}</bdi></strong> for you. On the next page you see whose it is, and decide what it may do.</p>
${notice}
<form method="post" action="${action}">
<input type="hidden" name="form_token" value="${formToken}">
<div class="field">
<label for="name">User name</label>
<input id="name" name="name" value="${userName}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="256" required${described}${invalid}${first}>
</div>
<div class="field">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required${described}${invalid}${second}>
</div>
<div class="buttons">
<button name="decision" value="login" class="go">Log in</button>
<button name="decision" value="cancel" formnovalidate>Cancel</button>
</div>
</form>`,
  }
}
