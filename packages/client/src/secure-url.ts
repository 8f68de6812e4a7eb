/** Which URLs the agent talks to: https, or plain http on this very machine (RFC 9700 §2.6, RFC 8252 §7.3). */
import { isLoopbackHost } from '@countersign/core'
import { AuthorizationRefused } from './authorization-refused.ts'

/** Whether a URL names this machine. */
export function isLocal(url: URL): boolean {
  return isLoopbackHost(url.hostname)
}

/**
 * Parses an absolute URL that is https, or http on a loopback host, without user information.
 *
 * @param role what the URL is for, a constant of ours, for the message
 * @throws AuthorizationRefused `insecure_url`
 */
export function requireSecureUrl(value: string | URL, role: string): URL {
  const text = String(value)
  const url = URL.canParse(text) ? new URL(text) : undefined
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal(url))
  if (url === undefined || !secure || url.username !== '' || url.password !== '') {
    throw new AuthorizationRefused(
      'insecure_url',
      `The ${role} must be an absolute https URL without user information; plain http is for loopback hosts only.`,
    )
  }
  return url
}

/**
 * The same for a URL that a metadata document names. A server elsewhere may not point the agent at the machine that
 * the agent runs on, so a loopback URL is taken only from a document that came from loopback.
 *
 * @param local whether the document came from this machine, or the operator named the server explicitly
 * @throws AuthorizationRefused `insecure_url`
 */
export function requireNamedUrl(value: string, role: string, local: boolean): URL {
  const url = requireSecureUrl(value, role)
  if (!local && isLocal(url)) {
    throw new AuthorizationRefused(
      'insecure_url',
      `A server elsewhere named a ${role} on this machine; list the issuer in \`issuers\` if that is intended.`,
    )
  }
  return url
}
