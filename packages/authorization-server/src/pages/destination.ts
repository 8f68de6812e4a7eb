/** Where an answer goes, in terms that a person can judge: a host, or this very device. */
import { isLoopbackHost } from '@countersign/core'

/** What is shown of a redirect URI. */
export interface Destination {
  /** The answer stays on the device (RFC 8252 §7): any program there may be behind the name. */
  readonly local: boolean
  /**
   * What receives the answer: a host, in ASCII as the network sees it, with its port when that is not the usual one; or
   * the scheme that an app is known by.
   */
  readonly address: string
}

/** Describes a registered redirect URI. */
export function describeDestination(redirectUri: string): Destination {
  const url = URL.parse(redirectUri)
  if (url === null) throw new TypeError('A redirect URI is an absolute URI.')
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  if (isWeb && !isLoopbackHost(url.hostname)) return { local: false, address: url.host }
  return { local: true, address: isWeb ? url.host : url.protocol.slice(0, -1) }
}
