/** A person at a browser: logs in, reads the consent page, decides. */
import { recordedFetch } from '../recording/recording.ts'
import type { Deployment } from './deployment.ts'

/** A person; the browser keeps its cookies from one request to the next. */
export interface Person {
  /** Fits the credentials of `createAgent`: follows the URL to the page, and yields where the browser was sent back to. */
  readonly authorize: (url: URL) => Promise<URL>
  /** The consent pages that were shown, as HTML. */
  readonly pages: string[]
}

/** Where the browser came to rest; outside of the authorization server there is no page. */
interface Visited {
  readonly url: URL
  readonly page?: string
}

/** Redirects in a row that no honest server needs. */
const MOST_REDIRECTS = 10

/**
 * Seats a person who decides on each consent page by what stands on it, and fills in `fields` there; `undefined` is a box
 * that is unticked.
 */
export function seatPerson(
  { issuer, user }: Pick<Deployment, 'issuer' | 'user'>,
  approves: (page: string) => boolean,
  fields: Readonly<Record<string, string | undefined>> = {},
): Person {
  const { origin } = new URL(issuer)
  const visit = createVisitor(origin)
  const pages: string[] = []

  const submit = (from: Required<Visited>, filled: typeof fields): Promise<Visited> => {
    const action = /<form method="post" action="([^"]*)"/.exec(from.page)?.[1]
    if (action === undefined) throw new Error(`no form on the page: ${from.page}`)
    return visit(new URL(action, from.url), toForm({ ...readForm(from.page), ...filled }))
  }

  return {
    pages,
    async authorize(url) {
      const { url: firstUrl, page: first } = await visit(url)
      // Sent back at once: the request was refused.
      if (first === undefined) return firstUrl
      const isLogin = first.includes('name="password"')
      const at = { url: firstUrl, page: first }
      const { url: there, page = '' } = isLogin ? await submit(at, { decision: 'login', ...user }) : at
      pages.push(page)
      return (await submit({ url: there, page }, { ...fields, decision: approves(page) ? 'approve' : 'deny' })).url
    },
  }
}

/** What a form holds as it stands: its token, the boxes that are ticked, what is chosen from each list. */
function readForm(page: string): Record<string, string> {
  const fields = [
    /<input type="hidden" name="([^"]*)" value="([^"]*)"/g,
    /name="(form_token)" value="([^"]*)"/g,
    /<input type="checkbox" name="([^"]*)" value="([^"]*)" checked>/g,
    /<select name="([^"]*)">\s*<option value="([^"]*)"/g,
  ].flatMap((pattern) => [...page.matchAll(pattern)])
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, value]))
}

function toForm(fields: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.set(name, value)
  return form
}

/** Goes to a page, or sends a form; follows redirects with cookies. */
function createVisitor(origin: string) {
  const cookies = new Map<string, string>()

  const keepCookies = (response: Response): void => {
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
  }

  return async (start: URL, form?: URLSearchParams): Promise<Visited> => {
    let url = start
    let init: RequestInit = form === undefined ? {} : { method: 'POST', body: form }
    for (let hop = 0; hop < MOST_REDIRECTS; hop++) {
      if (url.origin !== origin) return { url }
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const headers = { accept: 'text/html', cookie, ...(init.method === 'POST' && { origin }) }
      const response = await recordedFetch(url, { ...init, headers, redirect: 'manual' })
      keepCookies(response)
      const location = response.headers.get('location')
      if (location === null) return { url, page: await response.text() }
      url = new URL(location, url)
      init = {}
    }
    throw new Error('the redirects never end')
  }
}
