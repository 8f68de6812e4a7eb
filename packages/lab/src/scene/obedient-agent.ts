/** An agent that is asked to summarise notes; by default it does whatever they tell it to, as gullible as a model on a bad day. */

import { callTool, type Holder, modernHeaders, toolCall } from './agent.ts'
import type { NotesDeployment } from './guarded-notes.ts'
import { findOrders, type Instruction, isSameInstruction } from './orders.ts'
import { type Answer, readAnswer, send } from './wire.ts'

/** Does one thing with the credentials of the agent, which whoever decides never sees. */
export type Act = (instruction: Instruction) => Promise<Answer>

/** Summarises the notes, and does on the way what it likes: `obey` obeys them; a model can sit in its place. */
export type Mind = (act: Act) => Promise<void>

const readNotes: Instruction = { do: 'call', tool: 'read_notes', arguments: {} }

/** Reads the notes, and does everything that they say. */
export const obey: Mind = async (act) => {
  for (const order of readTexts(await act(readNotes)).flatMap(findOrders)) await act(order)
}

/** No note was obeyed, so that it cannot be told what would have come of it. */
export class NotObeyed extends Error {
  constructor() {
    super('The agent did not do what the note says.')
  }
}

/** What the agent acts with. */
export interface AgentCredentials extends Holder {
  /** The token is bound to no key, and sent as Bearer. */
  readonly bearer?: boolean
}

/** Who is asked for a summary, of the notes of which server. */
export interface Summary {
  readonly server: Pick<NotesDeployment, 'resource'>
  readonly mind: Mind
}

/**
 * "Summarise my notes": reads them, and may do what they say; yields the answer to the last thing that it did because
 * they said so, or to the last of these that was served. Rejects with `NotObeyed` where it did none of it.
 */
export function summariseNotes(credentials: AgentCredentials, { server, mind }: Summary): Promise<Answer> {
  return watchMind(mind, (instruction) => follow(instruction, credentials, server.resource))
}

/** The same through the `fetch` of an agent, which gives its credentials to nobody and may ask for more by itself. */
export function summariseThrough(agentFetch: typeof fetch, { server, mind }: Summary): Promise<Answer> {
  return watchMind(mind, async (instruction) => {
    if (instruction.do !== 'call') throw new TypeError('an agent of this kind holds no credentials that it could send')
    const body = toolCall(instruction.tool, instruction.arguments)
    return callThrough(agentFetch, instruction.at ?? server.resource, body)
  })
}

/** Lets it act, and looks which of its acts was one that it had read of. */
async function watchMind(mind: Mind, act: Act): Promise<Answer> {
  const orders: Instruction[] = []
  const obeyed: Promise<Answer>[] = []
  await mind(async (instruction) => {
    const acting = act(instruction)
    // What it fails with is not only for the model to read.
    if (orders.some((order) => isSameInstruction(order, instruction))) obeyed.push(acting)
    const answer = await acting
    orders.push(...readTexts(answer).flatMap(findOrders))
    return answer
  })
  const answers = await Promise.all(obeyed)
  const answer = answers.findLast(({ status }) => status === 200) ?? answers.at(-1)
  if (answer === undefined) throw new NotObeyed()
  return answer
}

/** One call through the `fetch` of an agent. */
export async function callThrough(agentFetch: typeof fetch, url: string, body: string): Promise<Answer> {
  return readAnswer(await agentFetch(url, { method: 'POST', headers: modernHeaders(body), body }))
}

function follow(instruction: Instruction, credentials: AgentCredentials, resource: string): Promise<Answer> {
  switch (instruction.do) {
    case 'send_credentials':
      return send(instruction.to, { headers: { authorization: authorizationOf(credentials) } })
    case 'call':
      return call(credentials, instruction.at ?? resource, toolCall(instruction.tool, instruction.arguments))
  }
}

function call(credentials: AgentCredentials, resource: string, body: string): Promise<Answer> {
  if (credentials.bearer !== true) return callTool(credentials, resource, body)
  return send(resource, { headers: { ...modernHeaders(body), authorization: authorizationOf(credentials) }, body })
}

function authorizationOf({ token, bearer }: AgentCredentials): string {
  return `${bearer === true ? 'Bearer' : 'DPoP'} ${token}`
}

/** The texts of the notes in an answer, which is JSON or a stream of one event; none where it holds no notes. */
function readTexts({ body }: Answer): readonly string[] {
  const json = /^data: (.*)$/m.exec(body)?.[1] ?? body
  try {
    const { result } = JSON.parse(json) as { result?: { structuredContent?: { notes?: { text: string }[] } } }
    return result?.structuredContent?.notes?.map(({ text }) => text) ?? []
  } catch {
    return []
  }
}
