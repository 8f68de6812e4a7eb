/** No client and no user sends more requests in a while than the operator allows. */
import { type Call, established } from '../call.ts'
import type { Message } from '../policy/message.ts'
import type { Check, Objection } from './check.ts'

type Asked = Exclude<Message, { readonly kind: 'response' }>

/** Counts everything in the body that asks for something, also what is no call of a tool. Refuses `rate_limited`. */
export const rates: Check = async (call, { pressure }) => {
  if (pressure?.rates === undefined) return undefined
  const who = nameCallers(call)
  for (const message of established(call.messages)) {
    if (message.kind === 'response' || isNews(message)) continue
    const taken = await pressure.rates.take({ ...who, tool: nameTool(message) })
    if (!taken.ok) return limit(taken)
  }
  return undefined
}

/** Not so a method without an id: a server that acts on it was called, though nobody waits for the answer. */
function isNews({ kind, method }: Asked): boolean {
  return kind === 'notification' && method.startsWith('notifications/')
}

const reasons = { perClient: 'per_client', perUser: 'per_user', perTool: 'per_tool' } as const

function limit({ rate, retryAfter }: { readonly rate: keyof typeof reasons; readonly retryAfter: number }): Objection {
  return { ok: false, rejection: { code: 'rate_limited', reason: reasons[rate], retryAfter } }
}

/** Ids are an issuer's own. A client that acts for itself is no user. */
function nameCallers({ token }: Call): { readonly client: string; readonly user?: string } {
  const { issuer, clientId, subject } = established(token)
  const client = `${issuer} ${clientId}`
  return subject === clientId ? { client } : { client, user: `${issuer} ${subject}` }
}

/** No tool has an empty name. */
function nameTool({ method, params }: Asked): string {
  return method === 'tools/call' && typeof params.name === 'string' ? params.name : ''
}
