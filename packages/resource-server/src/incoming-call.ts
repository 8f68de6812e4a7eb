/** A request as it came in, before anyone judged it: raw headers, unread body. */
import type { Result } from '@countersign/core'

/** How the request reached us: over TLS (ours or a trusted proxy's), from this machine, or neither. */
export type Transport = 'tls' | 'loopback' | 'plain'

/** What an adapter hands to the guard; nothing in it has been merged, decoded or trusted. */
export interface IncomingCall {
  /** As on the request line, case kept. */
  readonly method: string
  /** Absolute URL as the adapter saw it; never compared with `htu`. */
  readonly url: string
  readonly transport: Transport
  /** Every value of the header, in order; `name` in lower case; empty when it is not there. */
  header(name: string): readonly string[]
  /** Every header's name once, in lower case. */
  headerNames(): Iterable<string>
  /**
   * The content octets as received, at most `maxBytes`, within `maxSeconds`; called once at most.
   * Refuses with `body_too_large`, `body_timeout` or `malformed_request`.
   */
  content(maxBytes: number, maxSeconds: number): Promise<Result<Uint8Array>>
}
