/** The frame of every page, and the headers that it is sent with. */
import { hash } from 'node:crypto'
import type { Context } from 'oidc-provider'
import { Html, html } from './html.ts'

const STYLE = `
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 32rem; padding: 2rem 1rem; }
  label, input, button { display: block; font: inherit; margin: 0.5rem 0; }
  input { box-sizing: border-box; padding: 0.5rem; width: 100%; }
  button { cursor: pointer; padding: 0.5rem 1rem; }
  dt { font-weight: bold; } dd { margin: 0 0 0.5rem; overflow-wrap: anywhere; }
  .problem { border-left: 0.25rem solid; padding-left: 0.75rem; }`

const STYLE_HASH = `'sha256-${hash('sha256', STYLE, 'base64')}'`

/** What a page consists of. */
export interface Page {
  readonly title: string
  readonly content: Html
  /** Where its form may lead, over any number of redirects; browsers count those too (CSP 3 §6.4.1). */
  readonly leadsTo?: string
}

/** Sends a page: nothing runs in it, nobody frames it, nothing keeps it. */
export function sendPage(ctx: Context, status: number, { title, content, leadsTo }: Page): void {
  const formTargets = leadsTo === undefined ? "'self'" : `'self' ${toCspSource(leadsTo)}`
  ctx.status = status
  ctx.type = 'html'
  ctx.set(
    'Content-Security-Policy',
    `default-src 'none'; style-src ${STYLE_HASH}; form-action ${formTargets}; frame-ancestors 'none'; base-uri 'none'`,
  )
  ctx.set('X-Frame-Options', 'DENY')
  ctx.set('Referrer-Policy', 'same-origin')
  ctx.set('Cache-Control', 'no-store')
  ctx.body = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
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
