/** Elsewhere: the runtime's own fetch, whose reach is the platform's to bound. */

/** Takes what the one on Node takes, and can't make use of it. */
export function createDefaultFetch(_urls: readonly string[], _maxBytes: number): typeof fetch {
  return fetch
}
