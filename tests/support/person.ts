/** A person at a browser: logs in, reads the consent page, decides. */
import { createBrowser } from '../../packages/authorization-server/testing/browser.ts'
import type { Deployment } from './deployment.ts'

/** A person; the browser keeps its cookies from one request to the next. */
export interface Person {
  /** Fits the credentials of `createAgent`: follows the URL to the page, and yields where the browser was sent back to. */
  readonly authorize: (url: URL) => Promise<URL>
  /** The consent pages that were shown, as HTML. */
  readonly pages: string[]
}

/** Seats a person who decides on each consent page by what stands on it. */
export function seatPerson(
  { issuer, user }: Pick<Deployment, 'issuer' | 'user'>,
  approves: (page: string) => boolean,
): Person {
  const browser = createBrowser(new URL(issuer).origin)
  const pages: string[] = []
  return {
    pages,
    async authorize(url) {
      const first = await browser.open(url)
      // Sent back at once: the request was refused.
      if (first.status === 0) return first.url
      const isLogin = first.text.includes('name="password"')
      const consent = isLogin ? await browser.submit(first, 'login', { ...user }) : first
      pages.push(consent.text)
      return (await browser.submit(consent, approves(consent.text) ? 'approve' : 'deny')).url
    },
  }
}
