/** Which URLs may carry credentials or keys: `https:`, and plain `http:` on this machine only. */
import { isLoopbackHost } from '@countersign/core'

/** False for anything that is not an absolute URL of these two kinds, and for URLs with user names in them. */
export function isSecureUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
}
