/** Fetches that try again, and leave a server in peace that does not answer: retries, a breaker and a budget around one URL. */

import type { AttestationEvents, Clock } from '@countersign/core'
import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
} from 'cockatiel'
import { FetchFailed, FetchWithheld, fetchText } from './fetch-text.ts'
import type { FetchingPolicy } from './fetching-policy.ts'

/** What a fetcher is made of. */
export interface KeyFetcherOptions {
  readonly issuer: string
  readonly url: string
  readonly fetch: typeof fetch
  readonly policy: FetchingPolicy
  readonly clock: Clock
  readonly events: AttestationEvents | undefined
}

/** Fetches one issuer's document. */
export interface KeyFetcher {
  /** Yields the document's text. Rejects with `FetchFailed`, of which `FetchWithheld` is one. */
  fetch(): Promise<string>
  /** Forgets failures and budget: a person asks, or a program starts. */
  reset(): void
}

const MINUTE = 60
const MILLISECONDS = 1000

/** The breaker sees single fetches, so that it opens in the middle of retries too, and ends them. */
export function createKeyFetcher(options: KeyFetcherOptions): KeyFetcher {
  const { policy, clock } = options
  let started: number[] = []
  let pipeline = createPipeline(options, assertBudget)

  // Asked before the breaker is: a fetch that is never made must not be the one that tries whether the server is back.
  function assertBudget(): void {
    const now = clock()
    started = started.filter((at) => at > now - MINUTE && at <= now)
    if (started.length >= policy.fetchesPerMinute) throw new FetchWithheld('budget')
  }

  return {
    async fetch() {
      try {
        return await pipeline.execute((signal) => {
          started.push(clock())
          return fetchTold(options, signal)
        })
      } catch (error) {
        if (error instanceof BrokenCircuitError) throw new FetchWithheld('breaker_open')
        throw error
      }
    },
    reset() {
      started = []
      pipeline.close()
      pipeline = createPipeline(options, assertBudget)
    },
  }
}

type Attempt = (signal: AbortSignal) => Promise<string>

interface Pipeline {
  execute(attempt: Attempt): Promise<string>
  /** Tells that an open breaker is gone. */
  close(): void
}

function createPipeline({ issuer, policy, events }: KeyFetcherOptions, assertBudget: () => void): Pipeline {
  const retries = retry(
    handleWhen((error) => error instanceof FetchFailed && error.mayPass),
    {
      maxAttempts: policy.retries,
      backoff: new ExponentialBackoff({ initialDelay: policy.retryDelay * MILLISECONDS, maxDelay: 10_000 }),
    },
  )
  const breaker: CircuitBreakerPolicy = circuitBreaker(
    handleWhen((error) => error instanceof FetchFailed),
    { breaker: new ConsecutiveBreaker(policy.breakerFailures), halfOpenAfter: policy.breakerRest * MILLISECONDS },
  )
  let isOpen = false
  const tell = (open: boolean): void => {
    // It opens again after each try that failed; that is the same outage.
    if (open === isOpen) return
    isOpen = open
    events?.({ type: open ? 'key_breaker_opened' : 'key_breaker_closed', issuer })
  }
  breaker.onBreak(() => tell(true))
  breaker.onReset(() => tell(false))
  const limit = timeout(policy.timeout * MILLISECONDS, TimeoutStrategy.Aggressive)
  async function fetchInTime(attempt: Attempt): Promise<string> {
    try {
      return await limit.execute(({ signal }) => attempt(signal))
    } catch (error) {
      throw error instanceof TaskCancelledError ? new FetchFailed('timeout', true) : error
    }
  }
  return {
    execute: (attempt) =>
      retries.execute(() => {
        assertBudget()
        return breaker.execute(() => fetchInTime(attempt))
      }),
    close: () => tell(false),
  }
}

/** One fetch, and the event that says how it went. */
async function fetchTold(
  { issuer, url, fetch, clock, events }: KeyFetcherOptions,
  signal: AbortSignal,
): Promise<string> {
  const start = clock()
  let isTold = false
  const tellFailure = (reason: string): void => {
    if (!isTold) events?.({ type: 'key_fetch_failed', issuer, reason })
    isTold = true
  }
  // A fetch that does not heed its signal is over all the same.
  const late = (): void => tellFailure('timeout')
  signal.addEventListener('abort', late, { once: true })
  try {
    const text = await fetchText(url, fetch, signal)
    if (!isTold) events?.({ type: 'key_fetched', issuer, seconds: clock() - start })
    isTold = true
    return text
  } catch (error) {
    tellFailure(error instanceof FetchFailed ? error.reason : 'error')
    throw error
  } finally {
    signal.removeEventListener('abort', late)
  }
}
