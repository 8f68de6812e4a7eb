/** The person in the suite's scenarios: its authorization servers grant at once, without a page. */

/** Where that person's browser is sent back to. Nobody listens there: the redirect itself is the answer. */
export const redirectUri = 'http://127.0.0.1:7999/callback'

/** Opens the URL and yields the address that the browser is redirected to. */
export async function authorize(url: URL): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' })
  const location = response.headers.get('location')
  if (location === null) throw new Error(`the authorization endpoint answered ${response.status} and no redirect`)
  return new URL(location, url)
}
