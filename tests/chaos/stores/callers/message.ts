/** One call of a tool as it goes over the wire, once or many times. */
import { randomUUID } from 'node:crypto'
import { type AgentKey, digest, now } from './issuer.ts'

/** A request that is ready, byte for byte. */
export interface Message {
  /** What the tool writes down when it runs: see `countRuns`. */
  readonly run: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What it takes to make one. */
export interface MessageParts {
  readonly resource: string
  readonly token: string
  readonly key: AgentKey
  readonly nonce?: string | undefined
  /** Deletes this note, where it does not write one. */
  readonly noteId?: number
}

/** A call with a fresh proof; what it writes is the id of that proof. */
export function makeMessage({ resource, token, key, nonce, noteId }: MessageParts): Message {
  const jti = randomUUID()
  const [tool, args, run] =
    noteId === undefined
      ? (['write_note', { text: jti }, `write ${jti}`] as const)
      : (['delete_note', { note_id: noteId }, `delete ${noteId}`] as const)
  const body = toolCall(tool, args)
  const proven = { htm: 'POST', htu: resource, jti, iat: now(), ath: digest(token), content_digest: digest(body) }
  return {
    run,
    body,
    headers: {
      host: new URL(resource).host,
      'content-type': 'application/json',
      'content-length': String(body.length),
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': tool,
      authorization: `DPoP ${token}`,
      dpop: key.prove(nonce === undefined ? proven : { ...proven, nonce }),
    },
  }
}

function toolCall(name: string, args: object): string {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'chaos', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, _meta } })
}
