/** Why a fetch was not made, or its answer not taken. */

/** One constant word for each cause; what to do about each is in `docs/safe-fetch.md`. */
export type FetchRefusal =
  | 'url'
  | 'scheme'
  | 'port'
  | 'dns'
  | 'address'
  | 'connection'
  | 'certificate'
  | 'redirect'
  | 'encoding'
  | 'size'
  | 'timeout'

/**
 * What a safe fetch rejects with. The message names the host, the cause and the cure. It holds no path, no query and
 * nothing of the answer, nor an address that the name resolved to: it may be logged as it is.
 */
export class FetchRefused extends Error {
  override readonly name = 'FetchRefused'
  readonly reason: FetchRefusal

  constructor(reason: FetchRefusal, message: string) {
    super(message)
    this.reason = reason
  }
}
