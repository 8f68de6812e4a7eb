/** Calls that go to Redis together: their one command, and what its reply says of each. */
import type { Spend, SpendKind, SpendOutcome } from '@countersign/core'
import { spendPassed } from '../shared/spend-rules.ts'
import { outcomes, verdicts } from './spend-script.ts'

/** Octets of a digest that are kept: with a prefix of two, Redis lays the key into 16 octets. */
const ID_OCTETS = 12

const DIGEST = /^[\w-]{43}$/

/**
 * Things of different kinds never share an id. Two of one kind that agree in 96 bits of their digests count as one: of
 * ten million live ids a new one meets another once in 10^21 times, is refused then, and nobody gains by it.
 */
const kinds: Readonly<Record<SpendKind, number>> = {
  proof: 0,
  assertion: 1,
  attestation: 2,
  code: 3,
  refresh_token: 4,
  nonce: 5,
  capability: 6,
}

/** Makes the name of a thing in Redis. Throws a TypeError for a key that is no digest. */
export function redisKey(prefix: string, { kind, key }: Spend): Buffer {
  if (!DIGEST.test(key)) throw new TypeError('A spend key is a base64url SHA-256 digest; make it with spendKey().')
  const name = Buffer.allocUnsafe(prefix.length + ID_OCTETS)
  name.write(prefix, 0, 'latin1')
  name.write(key, prefix.length, ID_OCTETS, 'base64url')
  name[prefix.length] = (name[prefix.length] ?? 0) ^ kinds[kind]
  return name
}

/** One call, ready to go. */
export interface Call {
  readonly spends: readonly Spend[]
  readonly keys: readonly Buffer[]
}

/** What a message says beside its calls. */
export interface MessageHead {
  readonly script: string
  readonly record: string
  readonly epoch: string
  /** Seconds. */
  readonly now: number
  /** The latest time of the server's at which it answered us, milliseconds. */
  readonly agreed: number
}

/** The arguments of EVALSHA. */
export function writeMessage(calls: readonly Call[], head: MessageHead): (string | Buffer)[] {
  const keys: (string | Buffer)[] = [head.record]
  const untils: string[] = []
  const wide: Record<string, number[]> = {}
  let isWide = false
  for (const call of calls) {
    const [only] = call.spends
    if (call.spends.length > 1 || only?.limit !== 1) {
      wide[keys.length + 1] = call.spends.map(({ limit }) => limit)
      isWide = true
    }
    for (const key of call.keys) keys.push(key)
    for (const { until } of call.spends) untils.push(keptUntil(until))
  }
  const times = [String(Math.floor(head.now * 1000)), String(head.agreed)]
  return [
    head.script,
    String(keys.length),
    ...keys,
    head.epoch,
    ...times,
    isWide ? JSON.stringify(wide) : '',
    ...untils,
  ]
}

/** Whole milliseconds, and not one less than was asked for; of times beyond what Redis can count, the last that it can. */
function keptUntil(until: number): string {
  return String(Math.min(Math.ceil(until * 1000), Number.MAX_SAFE_INTEGER))
}

/** A reply, read. */
export type Reply =
  | { readonly verdict: 'epochOver' }
  | { readonly verdict: 'clocksDiffer' }
  | { readonly verdict: 'unheard' }
  | {
      readonly verdict: 'judged'
      /** On the server's clock, milliseconds. */
      readonly time: number
      /** For each call: what came of it, or why it could not be. */
      readonly results: readonly (SpendOutcome | RangeError)[]
    }

const SPENT: SpendOutcome = { spent: true }

/** Reads the reply to a message with these calls. Throws when it is not one that our script gives. */
export function readReply(reply: unknown, calls: readonly Call[]): Reply {
  if (!Array.isArray(reply) || !reply.every(Number.isSafeInteger))
    throw new Error('Redis gave another reply than our script does.')
  const [verdict, time, ...judged]: number[] = reply
  if (verdict === verdicts.epochOver) return { verdict: 'epochOver' }
  if (verdict === verdicts.clocksDiffer) return { verdict: 'clocksDiffer' }
  if (verdict === verdicts.unheard) return { verdict: 'unheard' }
  const isWhole = judged.length === 0 || judged.length === calls.length
  if (verdict !== verdicts.judged || time === undefined || !isWhole)
    throw new Error('Redis gave another reply than our script does.')
  return {
    verdict: 'judged',
    time,
    results: calls.map((call, index) => outcomeOf(call, judged[index] ?? outcomes.spent)),
  }
}

function outcomeOf({ spends }: Call, judged: number): SpendOutcome | RangeError {
  if (judged === outcomes.spent) return SPENT
  const exhausted = spends[judged - 1]?.key
  return exhausted === undefined ? spendPassed() : { spent: false, exhausted }
}
