/** A person's browser, as far as the pages need one: cookies with paths, redirects, forms. */

interface Cookie {
  readonly value: string
  readonly path: string
}

/** Where the browser came to rest: a page, or an address outside of the authorization server. */
export interface Visited {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface Browser {
  readonly cookies: Map<string, Cookie>
  open(url: string | URL): Promise<Visited>
  /**
   * Sends the page's form as it stands, boxes and choices; `decision` is the button that is pressed. Fields override those of the page;
   * one that is undefined is left out, as a box that was unticked is.
   */
  submit(
    page: Visited,
    decision: string,
    fields?: Record<string, string | undefined>,
    headers?: Record<string, string>,
  ): Promise<Visited>
}

export function createBrowser(origin: string): Browser {
  const cookies = new Map<string, Cookie>()

  const keepCookies = (response: Response, url: URL) => {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(/;\s*/)
      const name = pair.slice(0, pair.indexOf('='))
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? url.pathname
      const key = `${name} ${path}`
      if (/expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(key)
      else cookies.set(key, { value: pair.slice(pair.indexOf('=') + 1), path })
    }
  }
  const cookieHeader = (url: URL) =>
    [...cookies]
      .filter(
        ([, { path }]) => url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
      )
      .map(([key, { value }]) => `${key.split(' ')[0]}=${value}`)
      .join('; ')

  const request = async (start: URL, init: RequestInit): Promise<Visited> => {
    let url = start
    let next = init
    for (let hop = 0; hop < 10; hop++) {
      if (url.origin !== origin) return { url, status: 0, headers: new Headers(), text: '' }
      const headers = { Accept: 'text/html', Cookie: cookieHeader(url), ...next.headers }
      const response = await fetch(url, { ...next, headers, redirect: 'manual' })
      keepCookies(response, url)
      const location = response.headers.get('Location')
      if (location === null) {
        return { url, status: response.status, headers: response.headers, text: await response.text() }
      }
      await response.arrayBuffer()
      url = new URL(location, url)
      next = {}
    }
    throw new Error('the redirects never end')
  }

  return {
    cookies,
    open: (url) => request(new URL(url), {}),
    submit(page, decision, fields = {}, headers = {}) {
      const action = /<form method="post" action="([^"]*)"/.exec(page.text)?.[1]
      const token = /name="form_token" value="([^"]*)"/.exec(page.text)?.[1] ?? ''
      if (action === undefined) throw new Error(`no form on the page: ${page.text}`)
      const body = new URLSearchParams()
      for (const [name, value] of Object.entries({ form_token: token, decision, ...filledFields(page), ...fields })) {
        if (value !== undefined) body.set(name, value)
      }
      return request(new URL(action, page.url), { method: 'POST', body, headers: { Origin: origin, ...headers } })
    },
  }
}

/** The boxes that stand ticked on a page, and what is chosen from each list. */
function filledFields({ text }: Visited): Record<string, string> {
  const boxes = text.matchAll(/<input type="checkbox" name="([^"]*)" value="([^"]*)" checked>/g)
  const lists = text.matchAll(/<select name="([^"]*)">\s*<option value="([^"]*)"/g)
  return Object.fromEntries([...boxes, ...lists].map(([, name = '', value = '']) => [name, value]))
}
