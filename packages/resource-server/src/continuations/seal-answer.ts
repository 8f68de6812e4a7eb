/** Answers that ask for input (`input_required`), with a state that the guard sealed in place of the handler's own. */
import { encodeBase64url, isJsonObject, type JsonObject, type JsonValue } from '@countersign/core'
import { type Call, established } from '../call.ts'
import { readToolCall } from '../capabilities/capability-use.ts'
import type { GuardContext } from '../guard-context.ts'
import type { Message } from '../policy/message.ts'
import { rewriteAnswer } from '../response/rewrite-answer.ts'
import { type Continuation, continuationLimits, describeOwner, digestArguments } from './continuation.ts'

/** A call that has spent a use, now or when it began, and which round its answer ends. */
interface Pending extends Pick<Continuation, 'capability' | 'lineage' | 'issuedAt' | 'round' | 'expires'> {
  readonly message: Message
}

/** The same answer, where no call of it can go on. */
export function sealAnswer(answer: Response, call: Call, context: GuardContext): Response | Promise<Response> {
  const pending = listPending(call, context)
  if (pending.length === 0) return answer
  return rewriteAnswer(answer, (text) => sealMessages(text, pending, { call, context }))
}

function listPending(call: Call, { clock }: GuardContext): readonly Pending[] {
  const { spent = [], continued = [] } = call
  if (spent.length === 0 && continued.length === 0) return []
  const { issuedAt } = established(call.token)
  const expires = clock() + continuationLimits.seconds
  return [
    ...spent.map((use) => ({ ...use, issuedAt, round: 1, expires })),
    ...continued.map(({ message, continuation }) => ({ ...continuation, message, round: continuation.round + 1 })),
  ]
}

interface Answered {
  readonly call: Call
  readonly context: GuardContext
}

/** Undefined where nothing in it goes on. */
async function sealMessages(text: string, pending: readonly Pending[], to: Answered): Promise<string | undefined> {
  if (!text.includes('input_required')) return undefined
  const body = parse(text)
  const messages = Array.isArray(body) ? body : [body]
  let changed = false
  const sealed: (JsonValue | undefined)[] = []
  for (const message of messages) {
    const found = pending.find((one) => asksForInput(message, findId(one.message, to.call)))
    changed ||= found !== undefined
    sealed.push(found === undefined ? message : await sealMessage(message, found, to))
  }
  if (!changed) return undefined
  return JSON.stringify(Array.isArray(body) ? sealed : sealed[0])
}

function asksForInput(message: JsonValue | undefined, id: JsonValue | undefined): boolean {
  if (!isJsonObject(message) || id === undefined || message.id !== id) return false
  return isJsonObject(message.result) && message.result.resultType === 'input_required'
}

/** A notification has none, and no answer; where calls of a batch share one, nobody can tell whose answer it is. */
function findId(message: Message, { messages, body }: Call): JsonValue | undefined {
  if (!Array.isArray(body)) return readId(body)
  const id = readId(body[established(messages).indexOf(message)])
  return body.filter((written) => readId(written) === id).length === 1 ? id : undefined
}

function readId(written: JsonValue | undefined): JsonValue | undefined {
  return isJsonObject(written) ? written.id : undefined
}

async function sealMessage(message: JsonValue | undefined, pending: Pending, to: Answered) {
  if (!isJsonObject(message) || !isJsonObject(message.result)) return message
  const requestState = await sealState(message.result, pending, to)
  return { ...message, result: { ...message.result, requestState } }
}

async function sealState(result: JsonObject, pending: Pending, { call, context }: Answered): Promise<string> {
  const { message, capability, lineage, issuedAt, round, expires } = pending
  const toolCall = readToolCall(message, context.resource)
  if (toolCall === undefined || toolCall === 'malformed')
    throw new Error('a use was spent for what is no call of a tool')
  const { requestState } = result
  return context.continuations.seal({
    version: 1,
    id: encodeBase64url(crypto.getRandomValues(new Uint8Array(16))),
    caller: describeOwner(call),
    tool: toolCall.tool,
    digest: await digestArguments(context.verifier, toolCall),
    capability,
    lineage,
    issuedAt,
    round,
    expires,
    ...(typeof requestState === 'string' && { state: requestState }),
  })
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
