/** A line to guarded processes: connections that stay open, and a deadline for every answer. */
import { Agent, request } from 'node:http'
import type { Message } from './message.ts'

/** What came back; `failure` where nothing did. */
export interface Reply {
  readonly status: number
  /** Of the problem document, or why there is no answer. */
  readonly code: string
  readonly nonce?: string
}

/** Sends to one process or another. */
export interface Line {
  post(port: number, message: Message): Promise<Reply>
  close(): void
}

/** Milliseconds. */
const DEADLINE = 2_500

/** With so many connections to each process at the most. */
export function openLine(connections: number): Line {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    post: (port, message) => post(agent, port, message),
    close: () => agent.destroy(),
  }
}

function post(agent: Agent, port: number, { headers, body }: Message): Promise<Reply> {
  return new Promise((resolve) => {
    const outgoing = request({ agent, host: '127.0.0.1', port, path: '/mcp', method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = []
      const { statusCode: status = 0, headers: received } = response
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve({ status: 0, code: 'cut_off' }))
      response.on('end', () => {
        clearTimeout(deadline)
        const nonce = received['dpop-nonce']?.toString()
        const code = status === 200 ? 'ok' : readCode(Buffer.concat(chunks).toString())
        resolve({ status, code, ...(nonce !== undefined && { nonce }) })
      })
    })
    const deadline = setTimeout(() => outgoing.destroy(new Error('no_answer')), DEADLINE)
    outgoing.on('error', (error) => {
      clearTimeout(deadline)
      resolve({ status: 0, code: error.message === 'no_answer' ? 'no_answer' : 'unreachable' })
    })
    outgoing.end(body)
  })
}

/** With the finer reason, where the document tells one. */
function readCode(text: string): string {
  try {
    const { code, reason } = JSON.parse(text) as { code?: unknown; reason?: unknown }
    return [code, reason].filter((word) => typeof word === 'string').join(':') || 'no_code'
  } catch {
    return 'no_code'
  }
}
