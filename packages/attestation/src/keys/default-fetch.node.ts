/** On Node: a fetch that reaches the public internet, and inward only what was configured. */
import { allowLoopback, createSafeFetch } from '@countersign/core/node'

/** Takes the operator's own URLs, of which those on loopback may be fetched, and the most octets of an answer. */
export function createDefaultFetch(urls: readonly string[], maxBytes: number): typeof fetch {
  return createSafeFetch({ allow: allowLoopback(urls), maxBytes })
}
