/** Which hosts an audit goes to: the one that its operator named, this machine where that is on it, and what was allowed besides. */
import { isLoopbackHost } from '@countersign/core'

/** Says whether a URL may be requested. */
export type Reach = (url: URL) => boolean

/** `allowed` are hosts, with or without a port; nothing that a server says adds to them. */
export function createReach(target: URL, allowed: readonly string[]): Reach {
  const hosts = new Set(allowed.map((host) => host.toLowerCase()))
  const atHome = isLoopbackHost(target.hostname)
  return (url) => {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return false
    if (url.host === target.host) return true
    // A server elsewhere must not send the audit to what listens on this machine.
    if (atHome && isLoopbackHost(url.hostname)) return true
    return hosts.has(url.host) || hosts.has(url.hostname)
  }
}
