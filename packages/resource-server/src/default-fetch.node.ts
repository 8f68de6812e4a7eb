/** On Node: a fetch that reaches the public internet, and inward only what was configured. */
import { allowLoopback, createSafeFetch } from '@countersign/core/node'

/** `urls` are the operator's own: those on loopback may be fetched. Throws `TypeError` for an entry that is none. */
export function createDefaultFetch(urls: readonly string[], allow: readonly string[]): typeof fetch {
  return createSafeFetch({ allow: [...allowLoopback(urls), ...allow] })
}
