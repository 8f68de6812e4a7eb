/** What the browser shows after the redirect: nothing that came with the request, and nothing that leaks its code. */
import type { ServerResponse } from 'node:http'

const PAGES = {
  taken: { status: 200, text: 'Done. You can close this window.' },
  refused: { status: 400, text: 'This page waits for an answer that it asked for, and this is none.' },
} as const

/** Answers and ends the connection. */
export function respondWithPage(response: ServerResponse, page: keyof typeof PAGES): void {
  const { status, text } = PAGES[page]
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  })
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Authorization</title><p>${text}</p></html>`)
}
