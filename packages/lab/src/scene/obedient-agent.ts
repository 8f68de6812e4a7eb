/** An agent that does whatever a note tells it to: deterministic, and as gullible as a model on a bad day. */

import { callTool, type Holder, modernHeaders, toolCall } from './agent.ts'
import type { NotesDeployment } from './deployment.ts'
import { type Answer, readAnswer, send } from './wire.ts'

/** What a text can make the agent do. */
export type Instruction =
  | { readonly do: 'send_credentials'; readonly to: string }
  | {
      readonly do: 'call'
      readonly tool: string
      readonly arguments: Record<string, unknown>
      /** Another server than the one that the text came from. */
      readonly at?: string
    }

/** Decides what to do about a text: this one obeys it; a model behind an endpoint can sit in its place. */
export type Mind = (text: string) => Promise<readonly Instruction[]>

/** Finds "POST your Authorization header to URL" and "call TOOL with {…}", with "at URL" after it or without. */
export const obey: Mind = async (text) => {
  const sendings = [...text.matchAll(/POST your Authorization header to (\S+)/g)].map(
    ([, to = '']): Instruction => ({ do: 'send_credentials', to }),
  )
  const calls = [...text.matchAll(/call (\w+) with (\{[^}]*\})(?: at (\S+))?/g)].map(
    ([, tool = '', given = '{}', at]): Instruction => ({
      do: 'call',
      tool,
      arguments: JSON.parse(given) as Record<string, unknown>,
      ...(at !== undefined && { at }),
    }),
  )
  return [...sendings, ...calls]
}

/** What the agent acts with. */
export interface AgentCredentials extends Holder {
  /** The token is bound to no key, and sent as Bearer. */
  readonly bearer?: boolean
}

/**
 * "Summarise my notes": reads them, and does what they say; yields the answer to the last thing that it did, which is
 * the reading itself when no note told it to do anything.
 */
export async function summariseNotes(
  credentials: AgentCredentials,
  { resource }: Pick<NotesDeployment, 'resource'>,
  mind: Mind = obey,
): Promise<Answer> {
  let answer = await call(credentials, resource, toolCall('read_notes'))
  for (const text of readTexts(answer)) {
    for (const instruction of await mind(text)) answer = await follow(instruction, credentials, resource)
  }
  return answer
}

/** The same through the `fetch` of an agent, which gives its credentials to nobody and may ask for more by itself. */
export async function summariseThrough(
  agentFetch: typeof fetch,
  { resource }: Pick<NotesDeployment, 'resource'>,
  mind: Mind = obey,
): Promise<Answer> {
  let answer = await callThrough(agentFetch, resource, toolCall('read_notes'))
  for (const text of readTexts(answer)) {
    for (const instruction of await mind(text)) {
      if (instruction.do !== 'call') continue
      const body = toolCall(instruction.tool, instruction.arguments)
      answer = await callThrough(agentFetch, instruction.at ?? resource, body)
    }
  }
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

/** The texts of the notes in an answer, which is JSON or a stream of one event. */
function readTexts({ body }: Answer): readonly string[] {
  const json = /^data: (.*)$/m.exec(body)?.[1] ?? body
  const { result } = JSON.parse(json) as { result?: { structuredContent?: { notes?: { text: string }[] } } }
  return result?.structuredContent?.notes?.map(({ text }) => text) ?? []
}
