/** Asks one issuer about tokens, and remembers its answers for a moment (RFC 7662 §4): by digest, never by the token. */
import { type Clock, type Events, type Ok, type Refused, type Result, refuse } from '@countersign/core'
import type { AccessToken } from '../access-token.ts'
import { beforeEnd, FetchFailed } from '../bounded-fetch.ts'
import type { IntrospectionRequest } from './introspection-request.ts'
import { createSlots } from './slots.ts'

/** Seconds for which an answer is taken where nothing tells of a revocation since; design, State. */
const longestBelief = 2
/** Seconds after which the issuer is asked again while the answer still serves, so that no call has to wait. */
const renewedAfter = 1
/** Seconds for which a failure to get an answer is the answer. */
const failureBelief = 1
/** Milliseconds from the moment that a call wants an answer; part of it may go by in waiting for a slot. */
const defaultTimeoutMs = 5_000
const maxEntries = 10_000
/** Tokens known to be good have slots of their own: a storm of invented ones doesn't hold them up. */
const slotLimits = { running: 16, waiting: 256 }

/** What an issuer says of tokens. */
export interface Introspector {
  /** Whether the token was good when last asked about, however long ago. */
  holds(digest: string): boolean
  /**
   * At once where an answer is at hand that is fit to use; `maxAge`, in seconds, to insist on a newer one.
   * Refuses `invalid_token`, or `introspection_unavailable` where no usable answer can be had.
   */
  introspect(token: string, digest: string, maxAge?: number): Result<AccessToken> | Promise<Result<AccessToken>>
  /** Drops tokens that are over before their time. */
  drop(isOver: (token: AccessToken) => boolean): void
}

/** Options of `createIntrospector`. */
export interface IntrospectorOptions {
  readonly issuer: string
  readonly request: IntrospectionRequest
  /** Judges an answer; may throw `FetchFailed`. */
  readonly judge: (answer: Awaited<ReturnType<IntrospectionRequest>>, digest: string) => Promise<Result<AccessToken>>
  /** Whether its revocation would be heard of otherwise, so that an answer is good until the token expires. */
  readonly isCovered: (token: AccessToken) => boolean
  readonly clock: Clock
  readonly events: Events | undefined
  /** For one answer; default 5,000. */
  readonly timeoutMs?: number
}

interface Known {
  readonly result: Ok<AccessToken>
  readonly askedAt: number
}

interface Refusal {
  readonly result: Refused
  readonly until: number
}

/** One question at a time about one token, and few at once about all. */
export function createIntrospector(options: IntrospectorOptions): Introspector {
  const { issuer, request, judge, isCovered, clock, events, timeoutMs = defaultTimeoutMs } = options
  const good = new Map<string, Known>()
  const bad = new Map<string, Refusal>()
  const asking = new Map<string, Promise<Result<AccessToken>>>()
  const [known, strangers] = [createSlots(slotLimits), createSlots(slotLimits)]

  async function obtain(token: string, digest: string): Promise<Result<AccessToken>> {
    const signal = AbortSignal.timeout(timeoutMs)
    const slots = good.has(digest) ? known : strangers
    try {
      const answer = slots.run(() => request(token, signal), signal)
      if (answer === undefined) throw new FetchFailed('busy')
      return await judge(await beforeEnd(answer, signal), digest)
    } catch (error) {
      const reason = error instanceof FetchFailed ? error.reason : signal.aborted ? 'timeout' : 'error'
      events?.({ type: 'introspection_failed', issuer, reason })
      return refuse('introspection_unavailable', reason)
    }
  }

  function remember(digest: string, result: Result<AccessToken>, askedAt: number): void {
    if (result.ok) {
      bad.delete(digest)
      set(good, digest, { result, askedAt })
      return
    }
    const failed = result.rejection.code === 'introspection_unavailable'
    // That nobody can say is no reason to forget what was said.
    if (!failed) good.delete(digest)
    set(bad, digest, { result, until: clock() + (failed ? failureBelief : longestBelief) })
  }

  function ask(token: string, digest: string): Promise<Result<AccessToken>> {
    const underWay = asking.get(digest)
    if (underWay !== undefined) return underWay
    const askedAt = clock()
    const answer = obtain(token, digest).then((result) => {
      asking.delete(digest)
      remember(digest, result, askedAt)
      return result
    })
    asking.set(digest, answer)
    return answer
  }

  function findRefusal(digest: string): Refused | undefined {
    const refusal = bad.get(digest)
    if (refusal === undefined) return undefined
    const left = refusal.until - clock()
    if (left > 0 && left <= longestBelief) return refusal.result
    bad.delete(digest)
    return undefined
  }

  function isUsable({ result: { value }, askedAt }: Known, maxAge: number | undefined): boolean {
    if (maxAge === undefined && isCovered(value)) return true
    const age = clock() - askedAt
    // Negative when the clock was set back: then nobody knows how old the answer is.
    return age >= 0 && age < (maxAge ?? longestBelief)
  }

  /** Worth asking about again, though it still serves. */
  function isAgeing({ result: { value }, askedAt }: Known): boolean {
    return clock() - askedAt >= renewedAfter && !isCovered(value)
  }

  return {
    holds: (digest) => good.has(digest),
    introspect(token, digest, maxAge) {
      const last = good.get(digest)
      if (last !== undefined && clock() >= last.result.value.expires) {
        // At its end nobody's word is needed any more.
        good.delete(digest)
        return last.result
      }
      if (last === undefined || !isUsable(last, maxAge)) return findRefusal(digest) ?? ask(token, digest)
      if (isAgeing(last) && findRefusal(digest) === undefined) void ask(token, digest)
      return last.result
    },
    drop(isOver) {
      for (const [digest, { result }] of good) if (isOver(result.value)) good.delete(digest)
    },
  }
}

/** The oldest goes when there is no more room. */
function set<T>(entries: Map<string, T>, digest: string, entry: T): void {
  entries.delete(digest)
  const [oldest] = entries.keys()
  if (oldest !== undefined && entries.size >= maxEntries) entries.delete(oldest)
  entries.set(digest, entry)
}
