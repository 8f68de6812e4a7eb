/** An endpoint with OpenAI's interface, whose model does what it is written to do: the one thing here that is not real. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { findOrders, type Instruction } from '../scene/orders.ts'

/**
 * `obeys` does what it reads, and `summarises` only reads; `never_ends` reads for ever, `wanders` sends its credentials
 * elsewhere and calls what there is not; the others are no models at all.
 */
export type Behaviour = 'obeys' | 'summarises' | 'never_ends' | 'wanders' | 'fails' | 'babbles' | 'is_silent'

interface Message {
  readonly role: string
  readonly content?: string
}

/** One that runs. */
export interface ModelServer {
  /** For `--model-url`. */
  readonly url: string
  /** What it was asked, whole. */
  readonly requests: readonly { readonly body: string; readonly authorization: string | undefined }[]
  close(): void
}

/** Starts it on a free port of 127.0.0.1. */
export async function startModelServer(behaviour: Behaviour): Promise<ModelServer> {
  const requests: { body: string; authorization: string | undefined }[] = []
  const http = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.once('end', () => {
      const { authorization } = request.headers
      requests.push({ body, authorization })
      answer(behaviour, { body, authorization, response })
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/v1`,
    requests,
    close() {
      http.closeAllConnections()
      http.close()
    },
  }
}

interface Asked {
  readonly body: string
  readonly authorization: string | undefined
  readonly response: ServerResponse
}

function answer(behaviour: Behaviour, { body, authorization, response }: Asked): void {
  if (behaviour === 'is_silent') return
  if (behaviour === 'babbles') return void response.end('<html>')
  if (behaviour === 'fails') {
    response.writeHead(500, { 'content-type': 'application/json' })
    return void response.end(JSON.stringify({ error: { message: `no room for ${authorization}` } }))
  }
  const { messages } = JSON.parse(body) as { messages: readonly Message[] }
  response.setHeader('content-type', 'application/json').end(JSON.stringify(complete(decide(behaviour, messages))))
}

type Call = readonly [name: string, given: object]

function decide(behaviour: Behaviour, messages: readonly Message[]): readonly Call[] {
  const read = messages.filter(({ role }) => role === 'tool')
  if (read.length === 0 || behaviour === 'never_ends') return [['read_notes', {}]]
  if (read.length > 1 || behaviour === 'summarises') return []
  if (behaviour === 'wanders') {
    return [
      ['post_authorization_header', { url: 'http://elsewhere.example/' }],
      ['post_authorization_header', { url: 'not a URL' }],
      ['no_such_tool', {}],
      ['delete_note', { note_id: 'all of them' }],
    ]
  }
  return readOrders(read[0]?.content ?? '').map((order) =>
    order.do === 'call'
      ? [order.tool, { ...order.arguments, ...(order.at !== undefined && { at: order.at }) }]
      : ['post_authorization_header', { url: order.to }],
  )
}

/** A tool's answer is a status and the body that came with it. */
function readOrders(content: string): readonly Instruction[] {
  const { result } = JSON.parse(/\{.*\}/s.exec(content)?.[0] ?? '{}') as {
    result?: { structuredContent: { notes: readonly { text: string }[] } }
  }
  return result?.structuredContent.notes.flatMap(({ text }) => findOrders(text)) ?? []
}

function complete(calls: readonly Call[]): object {
  const tool_calls = calls.map(([name, given], index) => ({
    id: `call-${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(given) },
  }))
  const content = calls.length === 0 ? 'There is a note.' : null
  return {
    id: 'completion-1',
    object: 'chat.completion',
    created: 0,
    model: 'written',
    choices: [
      {
        index: 0,
        finish_reason: calls.length === 0 ? 'stop' : 'tool_calls',
        message: { role: 'assistant', content, ...(calls.length > 0 && { tool_calls }) },
      },
    ],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
}
