/** The frame of every page, and the headers that it is sent with. */
import { hash } from 'node:crypto'
import type { Context } from 'oidc-provider'
import { Html, html } from './html.ts'
import { STYLE } from './style.ts'

const STYLE_HASH = `'sha256-${hash('sha256', STYLE, 'base64')}'`

/** Two strokes of one pen: signed, and signed again. */
const MARK = html`<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
<rect x="1" y="1" width="22" height="22" rx="6"/><path d="M7 17 11 7M13 17 17 7"/></svg>`

/** What a page consists of. */
export interface Page {
  readonly title: string
  /** Begins with the page's one `h1`. */
  readonly content: Html
  /** Where its form may lead, over any number of redirects; browsers count those too (CSP 3 §6.4.1). No form without. */
  readonly leadsTo?: string
}

/** Sends a page: nothing runs in it, nothing is loaded, nobody frames it, watches it or keeps it. */
export function sendPage(ctx: Context, status: number, { title, content, leadsTo }: Page): void {
  const formTargets = leadsTo === undefined ? "'none'" : `'self' ${toCspSource(leadsTo)}`
  ctx.status = status
  ctx.type = 'html'
  ctx.set(
    'Content-Security-Policy',
    `default-src 'none'; style-src ${STYLE_HASH}; form-action ${formTargets}; frame-ancestors 'none'; base-uri 'none'`,
  )
  ctx.set('X-Frame-Options', 'DENY')
  ctx.set('Referrer-Policy', 'no-referrer')
  ctx.set('Cross-Origin-Opener-Policy', 'same-origin')
  ctx.set('Cross-Origin-Resource-Policy', 'same-origin')
  ctx.set('Cache-Control', 'no-store')
  ctx.body = html`<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>${MARK}<span>Countersign</span></header>
<main>
${content}
</main>
</body>
</html>
`.text
}

/** The source expression of a redirect URI. It has no form for IPv6 hosts and app schemes: those are named by scheme. */
function toCspSource(redirectUri: string): string {
  const url = URL.parse(redirectUri)
  if (url === null) return ''
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  return isWeb && /^[\w.:-]+$/.test(url.host) ? url.origin : url.protocol
}
