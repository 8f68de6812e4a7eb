/** A call that goes on from an `input_required` answer is the one that was asked, by the one who was asked, once. */
import { isJsonObject, type JsonValue, type Refused, refuse, spendKey } from '@countersign/core'
import { revocationKey } from '@countersign/core/wire'
import { type Call, established } from '../call.ts'
import { readToolCall } from '../capabilities/capability-use.ts'
import { type Continuation, continuationLimits, describeOwner, digestArguments } from '../continuations/continuation.ts'
import { isSealed } from '../continuations/continuation-seals.ts'
import type { ContinuedCall } from '../continuations/continued-call.ts'
import type { GuardContext } from '../guard-context.ts'
import type { Message } from '../policy/message.ts'
import type { Check, Objection } from './check.ts'

/** Seconds for which it is remembered beyond its end. */
const margin = 60

/**
 * Establishes `continued`, and puts the handler's own state back into the body. What nobody sealed here is the
 * handler's to judge, and its call one like any other. Refuses `continuation_invalid`.
 */
export const continuation: Check = (call, context) => {
  const messages = established(call.judged)
  return messages.some(goesOn) ? openAll(messages.filter(goesOn), call, context) : undefined
}

function readSealed(message: Message): string | undefined {
  if (message.kind !== 'request' || message.method !== 'tools/call') return undefined
  const { requestState } = message.params
  return typeof requestState === 'string' && isSealed(requestState) ? requestState : undefined
}

function goesOn(message: Message): boolean {
  return readSealed(message) !== undefined
}

async function openAll(messages: readonly Message[], call: Call, context: GuardContext): Promise<Objection> {
  const continued: ContinuedCall[] = []
  for (const message of messages) {
    const opened = await open(message, call, context)
    if ('rejection' in opened) return opened
    continued.push(opened)
  }
  call.body = restoreStates(call, continued)
  call.continued = continued
  return undefined
}

async function open(message: Message, call: Call, context: GuardContext): Promise<ContinuedCall | Refused> {
  const { verifier, resource, continuations } = context
  const found = await continuations.open(readSealed(message) ?? '')
  if (found === undefined) return refuse('continuation_invalid', 'sealed')
  const toolCall = readToolCall(message, resource)
  if (toolCall === undefined || toolCall === 'malformed') return refuse('continuation_invalid', 'call')
  if (found.caller !== describeOwner(call)) return refuse('continuation_invalid', 'caller')
  if (found.tool !== toolCall.tool || found.digest !== (await digestArguments(verifier, toolCall))) {
    return refuse('continuation_invalid', 'call')
  }
  if (!(context.clock() < found.expires)) return refuse('continuation_invalid', 'expired')
  if (found.round > continuationLimits.rounds) return refuse('continuation_invalid', 'rounds')
  if (await isRevoked(found, call, context)) return refuse('continuation_invalid', 'revoked')
  const key = await spendKey(verifier, ['continuation', resource, found.id])
  const issued = found.expires - continuationLimits.seconds
  const spend = { kind: 'nonce', key, limit: 1, issued, until: found.expires + margin } as const
  return { message, continuation: found, spend }
}

/** The token that it goes on with may not carry the capability any more. */
async function isRevoked({ lineage, issuedAt }: Continuation, call: Call, context: GuardContext): Promise<boolean> {
  const token = established(call.token)
  const keys = lineage.map((id) => revocationKey(context.verifier, 'capability', token.issuer, id))
  return context.revocations.isRevoked({ ...token, revocationKeys: await Promise.all(keys), issuedAt })
}

/** The body as the handler would know it, had it given its state to the caller itself. */
function restoreStates({ body, messages }: Call, continued: readonly ContinuedCall[]): JsonValue {
  const restore = (written: JsonValue, index: number): JsonValue => {
    const found = continued.find(({ message }) => message === established(messages)[index])
    if (found === undefined || !isJsonObject(written) || !isJsonObject(written.params)) return written
    const { requestState: _, ...params } = written.params
    const { state } = found.continuation
    return { ...written, params: state === undefined ? params : { ...params, requestState: state } }
  }
  const whole = established(body)
  return Array.isArray(whole) ? whole.map(restore) : restore(whole, 0)
}
