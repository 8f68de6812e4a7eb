/** What is told of a decision: what was verified, names that were declared, constants of ours. */
import type { Events, GuardEvent } from '@countersign/core'
import type { Call } from './call.ts'
import type { Decision } from './decision.ts'
import type { Message } from './policy/message.ts'
import { namingMethods, type RequirementTables } from './policy/requirement-tables.ts'

/** Who listens, and which names may be told. */
interface Listening {
  readonly events: Events
  readonly requirements: RequirementTables
}

/** Lets `decide` decide, and tells what came of it, also where it came to nothing. */
export async function tellDecision<Judged extends { readonly decision: Decision }>(
  call: Call,
  { events, requirements }: Listening,
  decide: () => Promise<Judged>,
): Promise<Judged> {
  const start = performance.now()
  const describe = () => describeCall(call, (performance.now() - start) / 1000, requirements)
  let judged: Judged
  try {
    judged = await decide()
  } catch (error) {
    events({ type: 'failed', ...describe() })
    throw error
  }
  events(describeDecision(judged.decision, describe()))
  return judged
}

type Facts = Omit<Extract<GuardEvent, { type: 'failed' }>, 'type'>

function describeDecision(decision: Decision, facts: Facts): GuardEvent {
  if (!decision.allowed) {
    const { code, reason } = decision.rejection
    return { type: 'refused', code, ...(reason !== undefined && { reason }), ...facts }
  }
  const { clientId, jkt } = decision.caller
  return { type: 'allowed', ...facts, clientId, ...(jkt !== undefined && { jkt }) }
}

function describeCall({ token, proof, messages = [] }: Call, seconds: number, tables: RequirementTables): Facts {
  return {
    seconds,
    ...(token !== undefined && { clientId: token.clientId }),
    ...(proof !== undefined && { skew: proof.skew }),
    methods: messages.map((message) => nameMethod(message, tables)),
    tools: nameTools(messages, tables),
  }
}

/** The tools that are called, those that were declared. */
export function nameTools(messages: readonly Message[], tables: RequirementTables): readonly string[] {
  return messages.flatMap((message) => nameTool(message, tables))
}

/** A call may be refused for its method, and a weakened guard lets it pass: only what was declared is told by name. */
function nameMethod(message: Message, { methods }: RequirementTables): string {
  if (message.kind !== 'request') return message.kind
  const { method } = message
  return namingMethods.some((one) => one === method) || methods.find(method) !== undefined ? method : message.kind
}

function nameTool(message: Message, { tools }: RequirementTables): readonly string[] {
  if (message.kind === 'response' || message.method !== 'tools/call') return []
  const { name } = message.params
  return typeof name === 'string' && tools.find(name) !== undefined ? [name] : []
}
