/** Where an issuer has what, by its own metadata (RFC 8414 §3); for one command, so nothing is kept. */
import { isLoopbackHost } from '@countersign/core'
import { authorizationServerMetadataUrls } from '@countersign/core/wire'
import { CommandFailed, wrongUsage } from '../exit.ts'

const TIMEOUT_MS = 10_000

/** What is looked for, and what to call it. */
const ENDPOINTS = { jwks_uri: 'keys', revocation_endpoint: 'way to revoke tokens' } as const

/** Fetches the metadata of `issuer` and yields one of its addresses. The issuer is the caller's word, never a token's. */
export async function discoverEndpoint(issuer: string, member: keyof typeof ENDPOINTS): Promise<URL> {
  if (requireSecure(issuer) === undefined) {
    throw wrongUsage('An issuer is the https URL of an authorization server (http only on this machine).')
  }
  for (const url of authorizationServerMetadataUrls(issuer)) {
    const metadata = await fetchJson(url)
    if (metadata === undefined) continue
    if (metadata.issuer !== issuer) {
      throw new CommandFailed(`${url} is the metadata of another issuer. Name it exactly as the server names itself.`)
    }
    const address = metadata[member]
    const endpoint = typeof address === 'string' ? requireSecure(address) : undefined
    if (endpoint !== undefined) return endpoint
    throw new CommandFailed(`${issuer} publishes no ${ENDPOINTS[member]} at a secure address (${member}).`)
  }
  throw new CommandFailed(
    `${issuer} answers with no authorization server metadata. Check the URL, and that it is running.`,
  )
}

/** The URL, if nobody can listen in on the way to it. */
function requireSecure(text: string): URL | undefined {
  const url = URL.parse(text)
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopbackHost(url.hostname))
  return url !== null && secure ? url : undefined
}

async function fetchJson(url: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
    const value: unknown = response.ok ? await response.json() : undefined
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
