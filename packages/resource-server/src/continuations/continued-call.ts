/** A call of a tool that goes on from an answer, as the checks know it. */
import type { Spend } from '@countersign/core'
import type { Message } from '../policy/message.ts'
import type { Continuation } from './continuation.ts'

/** Takes the place of a use: that was spent when the call began. */
export interface ContinuedCall {
  readonly message: Message
  readonly continuation: Continuation
  /** Of the continuation, which is good for one call. */
  readonly spend: Spend
}

/** Whether what the message needs was spent when its call began. */
export function isContinued(
  message: Message,
  { continued }: { readonly continued?: readonly ContinuedCall[] },
): boolean {
  return continued?.some((one) => one.message === message) ?? false
}
