/** How a server is spoken to: MCP as of 2026-07-28, which has no sessions, or the eras before, which begin with `initialize`. */
import { isJsonObject, type JsonObject } from '@countersign/core'
import { type Exchange, readHeader } from '../probe/exchange.ts'
import { readObject } from './json-document.ts'

/** A header line. */
export type Header = readonly [name: string, value: string]

/** What a conversation has agreed on. */
export interface Speech {
  readonly era: 'modern' | 'legacy'
  readonly version: string
  /** Of the session, where the server minted one. */
  readonly sessionId?: string
}

/** Before anything is agreed on. */
export const modernSpeech: Speech = { era: 'modern', version: '2026-07-28' }

/** The last version with sessions. */
export const LEGACY_VERSION = '2025-11-25'

const CLIENT = { name: 'countersign-audit', version: '0.1.0' }

/** A message with the headers that go with it. */
export interface Phrase {
  readonly headers: readonly Header[]
  readonly body: string
}

/** Puts a request into words. */
export function phrase(speech: Speech, method: string, params: JsonObject = {}): Phrase {
  const base: readonly Header[] = [
    ['Content-Type', 'application/json'],
    ['Accept', 'application/json, text/event-stream'],
    ['MCP-Protocol-Version', speech.version],
  ]
  if (speech.era === 'legacy') {
    const session: readonly Header[] = speech.sessionId === undefined ? [] : [['Mcp-Session-Id', speech.sessionId]]
    return { headers: [...base, ...session], body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) }
  }
  const name = params.name ?? params.uri
  const named: readonly Header[] = typeof name === 'string' ? [['Mcp-Name', name]] : []
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': speech.version,
    'io.modelcontextprotocol/clientInfo': CLIENT,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } })
  return { headers: [...base, ['Mcp-Method', method], ...named], body }
}

/** The parameters of `initialize`. */
export const initializeParameters: JsonObject = {
  protocolVersion: LEGACY_VERSION,
  capabilities: {},
  clientInfo: CLIENT,
}

/** The JSON-RPC message in an answer, from a body or the first event of a stream. */
function readMessage(exchange: Exchange): JsonObject | undefined {
  if (readHeader(exchange, 'content-type')?.startsWith('text/event-stream') !== true) return readObject(exchange.body)
  const events = [...exchange.body.matchAll(/^data:\s?(.*)$/gm)].map(([, data = '']) => readObject(data))
  return events.find((event) => event !== undefined && ('result' in event || 'error' in event))
}

/** The result of an answered call; undefined where it was refused, failed or is no MCP. */
export function readResult(exchange: Exchange): JsonObject | undefined {
  if (exchange.status < 200 || exchange.status > 299) return undefined
  const result = readMessage(exchange)?.result
  return isJsonObject(result) ? result : undefined
}

/** Whether the call was answered with what it asked for. */
export function isServed(exchange: Exchange): boolean {
  return readResult(exchange) !== undefined
}

/** Whether something that speaks JSON-RPC answered at all, if only with an error. */
export function isMcp(exchange: Exchange): boolean {
  const message = readMessage(exchange)
  return message?.jsonrpc === '2.0'
}
