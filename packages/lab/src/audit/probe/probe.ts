/** The one way by which checks reach a server: counted, bounded, within the hosts that were allowed, and remembered for evidence. */
import type { EvidenceExchange, Exchange, ProbeRequest } from './exchange.ts'
import { createMasking, type SecretKind } from './masking.ts'
import type { Reach } from './reach.ts'
import { sendRequest } from './send-request.ts'

/** What checks are given instead of the network. */
export interface Probe {
  /**
   * Sends a request; every failure of the network is a value.
   *
   * @throws AuditStopped once requests or time are used up
   */
  send(request: ProbeRequest): Promise<Exchange>
  /** Keeps a secret out of every report. */
  conceal(kind: SecretKind, secret: string): void
  /** Masks and cuts exchanges for a finding. */
  evidence(...exchanges: readonly Exchange[]): readonly EvidenceExchange[]
  /** Masks a text for a finding. */
  mask(text: string): string
  /** The first answers that held a token which had been sent. */
  readonly leaks: readonly Exchange[]
  /** Requests that went out so far. */
  readonly requests: number
}

/** Ends an audit before its end: what was found until then is reported. */
export class AuditStopped extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'AuditStopped'
  }
}

/** What bounds a probe. */
export interface ProbeLimits {
  readonly reach: Reach
  readonly maxRequests: number
  /** For requests that say nothing else; default 5,000. */
  readonly timeoutMs?: number
  /** Ends the audit, and requests that are under way. */
  readonly signal: AbortSignal
}

const DEFAULT_TIMEOUT_MS = 5_000

/** More are not kept. */
const MAX_LEAKS = 10

/** A probe on real sockets. */
export function createProbe({ reach, maxRequests, timeoutMs = DEFAULT_TIMEOUT_MS, signal }: ProbeLimits): Probe {
  const { conceal, mask, toEvidence, holdsToken } = createMasking()
  const leaks: Exchange[] = []
  let requests = 0
  return {
    conceal,
    mask,
    leaks,
    evidence: (...exchanges) => exchanges.map(toEvidence),
    get requests() {
      return requests
    },
    async send(request) {
      const url = URL.parse(request.url)
      if (url === null || !reach(url)) {
        return { request, status: 0, headers: {}, body: '', failure: 'host_not_allowed' }
      }
      if (signal.aborted) throw new AuditStopped('The time for the audit was over, or it was interrupted.')
      if (requests >= maxRequests) throw new AuditStopped(`The audit had used its ${maxRequests} requests.`)
      requests += 1
      const exchange = await sendRequest({ timeoutMs, ...request }, signal)
      if (signal.aborted) throw new AuditStopped('The time for the audit was over, or it was interrupted.')
      if (leaks.length < MAX_LEAKS && holdsToken(exchange)) leaks.push(exchange)
      return exchange
    },
  }
}
