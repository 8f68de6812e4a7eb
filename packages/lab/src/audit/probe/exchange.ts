/** One HTTP exchange as the audit makes it: every header as given, and no failure of the network that is not a value. */

/** A request, byte for byte; a header that stands twice goes out twice. */
export interface ProbeRequest {
  readonly url: string
  /** Default: POST where there is a body, else GET. */
  readonly method?: string
  /** `Host` and `Content-Length` are added unless given. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
  /** Announces a body of so many octets and sends none of it. */
  readonly announcedLength?: number
  /** Whether the answer's headers are enough, as with streams. */
  readonly headersOnly?: boolean
  /** Milliseconds for the whole exchange, in place of what the audit gives each. */
  readonly timeoutMs?: number
}

/** Why there was no whole answer. */
export type ExchangeFailure =
  | 'host_not_allowed'
  | 'unreachable'
  | 'not_http'
  | 'connection_closed'
  | 'timed_out'
  | 'too_large'

/** What came back; where `failure` is set, whatever had come until then. */
export interface Exchange {
  readonly request: ProbeRequest
  /** 0 where none came. */
  readonly status: number
  /** Lower-case names, every value that was sent. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
  readonly failure?: ExchangeFailure
}

/** An exchange as reports show it: secrets masked, long texts cut. */
export interface EvidenceExchange {
  readonly request: string
  readonly requestHeaders: readonly string[]
  readonly requestBody: string
  readonly response: string
  readonly responseHeaders: readonly string[]
  readonly responseBody: string
}

/** The one value of a header; undefined where there is none, the first where there are several. */
export function readHeader({ headers }: Exchange, name: string): string | undefined {
  return headers[name]?.[0]
}
