/** What the primary of `node:cluster` and its workers say to one another about proofs. */
import type { Spend, SpendOutcome } from '@countersign/core'

/** Tells these messages from all others between the two. */
const topic = 'countersign-proofs'

/** What a worker asks: for the secret, or to have calls spent, each whole or not at all. */
export type Question =
  | { readonly topic: typeof topic; readonly number: number; readonly ask: 'secret' }
  | {
      readonly topic: typeof topic
      readonly number: number
      readonly ask: 'spend'
      readonly calls: readonly (readonly Spend[])[]
    }

/** What it is told: the secret as base64url; or what came of each call, null where it could not be spent. */
export type Answer =
  | { readonly topic: typeof topic; readonly number: number; readonly secret: string }
  | { readonly topic: typeof topic; readonly number: number; readonly outcomes: readonly (SpendOutcome | null)[] }

/** A question that is one, whatever else processes say to one another. */
export function readQuestion(message: unknown): Question | undefined {
  if (!isOurs(message) || !('ask' in message)) return undefined
  const { number } = message
  if (message.ask === 'secret') return { topic, number, ask: 'secret' }
  if (message.ask !== 'spend' || !('calls' in message)) return undefined
  const { calls } = message
  return isList(calls, (call) => isList(call, isSpend)) ? { topic, number, ask: 'spend', calls } : undefined
}

/** An answer that is one. */
export function readAnswer(message: unknown): Answer | undefined {
  if (!isOurs(message)) return undefined
  const { number } = message
  if ('secret' in message && typeof message.secret === 'string') return { topic, number, secret: message.secret }
  if (!('outcomes' in message) || !isList(message.outcomes, isOutcome)) return undefined
  return { topic, number, outcomes: message.outcomes }
}

/** What is to be said, as it goes over the wire. */
export function address<T extends object>(message: T): T & { readonly topic: typeof topic } {
  return { ...message, topic }
}

function isOurs(message: unknown): message is { readonly topic: typeof topic; readonly number: number } {
  if (typeof message !== 'object' || message === null || !('topic' in message) || message.topic !== topic) return false
  return 'number' in message && typeof message.number === 'number'
}

function isList<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem)
}

/** What its members are worth, the ledger judges. */
function isSpend(value: unknown): value is Spend {
  if (typeof value !== 'object' || value === null || !('key' in value) || !('until' in value)) return false
  return typeof value.key === 'string' && typeof value.until === 'number'
}

function isOutcome(value: unknown): value is SpendOutcome | null {
  if (value === null) return true
  if (typeof value !== 'object' || !('spent' in value)) return false
  return value.spent === true || (value.spent === false && 'exhausted' in value && typeof value.exhausted === 'string')
}
