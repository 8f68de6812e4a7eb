/** Finds out how a server is to be spoken to, by listing its tools the new way, and then the old. */
import type { Exchange } from '../probe/exchange.ts'
import { readHeader } from '../probe/exchange.ts'
import type { Probe } from '../probe/probe.ts'
import { type Caller, createCaller, type Holder } from './caller.ts'
import { initializeParameters, isServed, LEGACY_VERSION, modernSpeech, readResult, type Speech } from './speech.ts'

/** A caller and how its first calls were answered. */
export interface Conversation {
  readonly caller: Caller
  /** The last answer: of `tools/list` where it came to that. */
  readonly answer: Exchange
  readonly served: boolean
}

/** Lists the tools as `holder`, or as a stranger. */
export async function converse(probe: Probe, url: URL, holder?: Holder): Promise<Conversation> {
  const modern = createCaller({ probe, url, holder, speech: modernSpeech })
  const answer = await modern.call({ method: 'tools/list' })
  if (isServed(answer)) return { caller: modern, answer, served: true }
  // Refused or silent as a stranger: asking in other words would bring the same.
  if (answer.status === 0 || (holder === undefined && answer.status === 401))
    return { caller: modern, answer, served: false }
  return (await converseInSession(probe, modern)) ?? { caller: modern, answer, served: false }
}

async function converseInSession(probe: Probe, modern: Caller): Promise<Conversation | undefined> {
  const opening = modern.speaking({ era: 'legacy', version: LEGACY_VERSION })
  const opened = await opening.call({ method: 'initialize', params: initializeParameters })
  const result = readResult(opened)
  if (result === undefined) return undefined
  const sessionId = readHeader(opened, 'mcp-session-id')
  if (sessionId !== undefined) probe.conceal('session', sessionId)
  const agreed = typeof result.protocolVersion === 'string' ? result.protocolVersion : LEGACY_VERSION
  const speech: Speech = { era: 'legacy', version: agreed, ...(sessionId !== undefined && { sessionId }) }
  const caller = opening.speaking(speech)
  const notification = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
  await caller.call({ method: 'notifications/initialized', variation: { body: notification } })
  const answer = await caller.call({ method: 'tools/list' })
  return { caller, answer, served: isServed(answer) }
}
