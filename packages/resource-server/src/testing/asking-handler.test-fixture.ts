/** A handler that asks for input before it deletes, as often as it is told to (MCP 2026-07-28). */
import type { McpHandler } from '../guarded-server.ts'
import { createHandler } from './handler.test-fixture.ts'
import type { Members } from './issuer.test-fixture.ts'

/** What reached it, and how it answers. */
export interface AskingHandler extends McpHandler {
  /** `params` of the calls that it was asked for. */
  readonly calls: Members[]
}

/** What `createAskingHandler` may be told. */
export interface Asking {
  /** How many answers ask for input; one by default. */
  readonly times?: number
  /** Whether the handler has a state of its own. */
  readonly stateful?: boolean
  readonly as?: 'json' | 'events'
}

interface Called {
  readonly id: number
  readonly params: Members
}

/** Deletes once it was answered often enough. */
export function createAskingHandler({ times = 1, stateful = true, as = 'json' }: Asking = {}): AskingHandler {
  const calls: Members[] = []
  const answer = ({ id, params }: Called) => {
    calls.push(params)
    if (calls.length > times) return { jsonrpc: '2.0', id, result: { content: [], resultType: 'complete' } }
    const asked = { inputRequests: { sure: { method: 'elicitation/create' } } }
    const state = stateful ? { requestState: `round ${calls.length}` } : {}
    return { jsonrpc: '2.0', id, result: { resultType: 'input_required', ...asked, ...state } }
  }
  const handler = createHandler((_, options) => {
    const body = options?.parsedBody as Called | readonly Called[]
    const message = JSON.stringify(Array.isArray(body) ? body.map(answer) : answer(body as Called))
    if (as === 'json') return new Response(message, { headers: { 'content-type': 'application/json' } })
    const progress = 'event: message\ndata: {"jsonrpc":"2.0","method":"notifications/progress"}\n\n'
    const events = `${progress}event: message\nid: 7\ndata: ${message}\n\n`
    return new Response(events, { headers: { 'content-type': 'text/event-stream' } })
  })
  return { ...handler, calls }
}
