/** Plain rates beside friction: so many calls in so many seconds, for a client, for a user, for a tool. */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { requireNumber } from './options.ts'

/** A rate, over windows that begin with a first call: at the border of two, twice as many can come at once. */
export interface Rate {
  /** 1 to 1,000,000. */
  readonly calls: number
  /** 1 to 86,400. */
  readonly seconds: number
}

/** The rates of one server; what is left out has none. */
export interface RatesOptions {
  /** For each client. */
  readonly perClient?: Rate
  /** For each user, whatever the client; a call without a user is not counted here. */
  readonly perUser?: Rate
  /** By the name of a tool: for each client, so that none can use a tool up for the others. */
  readonly perTool?: Readonly<Record<string, Rate>>
}

/** A call that is to be counted. */
export interface RatedCall {
  readonly client: string
  readonly user?: string
  readonly tool: string
}

/** `retryAfter` in whole seconds, at least 1; `rate` says which one was met. */
export type RateDecision =
  | { readonly ok: true }
  | { readonly ok: false; readonly rate: keyof RatesOptions; readonly retryAfter: number }

/** Counts calls. */
export interface Rates {
  /** Takes one call from every rate that applies, or from none. */
  take(call: RatedCall): Promise<RateDecision>
}

const LONGEST_NAME = 1024

interface Counted {
  readonly rate: keyof RatesOptions
  readonly limiter: RateLimiterMemory
  readonly key: string
}

/** Sets rates up, in the memory of this process and on its clock. Throws a `TypeError` for a rate that makes no sense. */
export function createRates({ perClient, perUser, perTool = {} }: RatesOptions): Rates {
  const clients = perClient && createLimiter(perClient, '`perClient`')
  const users = perUser && createLimiter(perUser, '`perUser`')
  const tools = new Map(
    Object.entries(perTool).map(([tool, rate]) => [tool, createLimiter(rate, `\`perTool\` of "${tool}"`)]),
  )
  return {
    async take({ client, user, tool }) {
      const tooLong = client.length > LONGEST_NAME ? 'perClient' : 'perUser'
      if (Math.max(client.length, user?.length ?? 0) > LONGEST_NAME) return { ok: false, rate: tooLong, retryAfter: 1 }
      const counted: Counted[] = []
      if (clients !== undefined) counted.push({ rate: 'perClient', limiter: clients, key: client })
      if (users !== undefined && user !== undefined) counted.push({ rate: 'perUser', limiter: users, key: user })
      const limiter = tools.get(tool)
      if (limiter !== undefined) counted.push({ rate: 'perTool', limiter, key: client })
      return takeAll(counted)
    },
  }
}

function createLimiter({ calls, seconds }: Rate, where: string): RateLimiterMemory {
  requireNumber(calls, `${where}: \`calls\``, { least: 1, most: 1_000_000, integer: true })
  requireNumber(seconds, `${where}: \`seconds\``, { least: 1, most: 86_400, integer: true })
  return new RateLimiterMemory({ points: calls, duration: seconds, keyPrefix: '' })
}

async function takeAll(counted: readonly Counted[]): Promise<RateDecision> {
  for (const [position, { rate, limiter, key }] of counted.entries()) {
    const refused = await consume(limiter, key)
    if (refused === undefined) continue
    // The refused one too: a client that keeps trying would otherwise be counted for what it never got.
    await Promise.all(counted.slice(0, position + 1).map((taken) => taken.limiter.reward(taken.key)))
    return { ok: false, rate, retryAfter: Math.max(1, Math.ceil(refused / 1000)) }
  }
  return { ok: true }
}

/** Milliseconds to wait; undefined when the call was counted. */
async function consume(limiter: RateLimiterMemory, key: string): Promise<number | undefined> {
  try {
    await limiter.consume(key)
    return undefined
  } catch (refused) {
    if (refused instanceof RateLimiterRes) return refused.msBeforeNext
    throw refused
  }
}
