/** The page that says what went wrong, and what the person can do, when there is no client to send them back to. */
import { type Context, errors } from 'oidc-provider'
import { toDisplayText } from './display-text.ts'
import { html } from './html.ts'
import { sendPage } from './page.ts'

/** What happened, and what to do about it, for a person who has never heard of OAuth. */
export interface Explanation {
  readonly title: string
  readonly what: string
  readonly cure: string
}

const startAgain = 'Go back to the program that sent you here and start again.'

/** The interaction is not there, or not this browser's. */
export const expired: Explanation = {
  title: 'This page has expired',
  what: 'It was left open too long, or it was opened in another browser, or your browser keeps no cookies. Nothing was allowed.',
  cure: startAgain,
}

/** The interaction was there, and is over. */
export const answered: Explanation = {
  title: 'You have answered this already',
  what: 'Each of these pages takes one answer. It was given, or the page was left open too long; nothing more can be allowed here.',
  cure: 'If the program is still waiting for you, start again there.',
}

const misplaced: Explanation = {
  title: 'This link leads somewhere unknown',
  what: 'The program wants the answer sent to an address that is not registered for it. To protect you, nothing was sent.',
  cure: 'If a message or a web page led you here, close this page. If it was a program that you use, tell its maker.',
}

const stranger: Explanation = {
  title: 'This program is not known here',
  what: 'The program that sent you here is not registered at this server.',
  cure: 'Check that this is the right server for it, or ask whoever runs this server to register it.',
}

const fault: Explanation = {
  title: 'Something went wrong here',
  what: 'That is our fault, not yours. Nothing was allowed.',
  cure: 'Try again in a minute. If it happens again, tell whoever runs this server.',
}

const nowhere: Explanation = {
  title: 'There is no page here',
  what: 'The address is mistyped or out of date.',
  cure: startAgain,
}

const otherwise: Explanation = {
  title: 'This cannot go on',
  what: 'The program that sent you here asked for something that cannot be. Nothing was allowed.',
  cure: `${startAgain} If it happens again, tell its maker.`,
}

const byCode = new Map([
  ['invalid_redirect_uri', misplaced],
  ['invalid_client', stranger],
  ['server_error', fault],
  ['not_found', nowhere],
])

/** Shows an OAuth error, as far as the outside may know it; `error` is what was thrown, if anything. */
export function renderErrorPage(ctx: Context, out: Readonly<Record<string, unknown>>, error?: unknown): void {
  const code = typeof out.error === 'string' ? out.error : 'server_error'
  const detail = typeof out.error_description === 'string' ? out.error_description : ''
  const explanation = error instanceof errors.SessionNotFound ? expired : byCode.get(code)
  sendExplanation(ctx, ctx.status, explanation ?? otherwise, { code, detail })
}

/** Sends the page; `technical` is what the maker of a program may want to know. */
export function sendExplanation(
  ctx: Context,
  status: number,
  { title, what, cure }: Explanation,
  technical?: { readonly code: string; readonly detail: string },
): void {
  const small =
    technical === undefined
      ? []
      : [
          html`<p class="small">For its maker: <code>${toDisplayText(technical.code)}</code> <bdi>${toDisplayText(technical.detail, 200)}</bdi></p>`,
        ]
  sendPage(ctx, status, {
    title,
    content: html`<h1>${title}</h1>
<p class="problem" role="alert">${what}</p>
<p>${cure}</p>
${small}`,
  })
}
