/** The notes server with nothing in front of it, for the suite's scenarios that no guard has a part in. Loopback only. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createNotes, notesServer } from '@countersign/notes-server'
import { closeServer, listen } from '@countersign/resource-server/node'
import { createMcpHandler } from '@modelcontextprotocol/server'

/** Starts it on a free port, with its data in a folder that `close` deletes. */
export async function startOpenServer(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const data = mkdtempSync(join(tmpdir(), 'countersign-test-'))
  const notes = createNotes({ path: join(data, 'notes.sqlite') })
  const handler = createMcpHandler(() => notesServer(notes))
  const http = createServer()
  await listen(http, 0, '127.0.0.1')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET' } = incoming
    const content = await buffer(incoming)
    const headers = new Headers(incoming.headers as Record<string, string>)
    const left = new AbortController()
    outgoing.on('close', () => left.abort())
    const body = content.length === 0 ? null : content
    const response = await handler.fetch(new Request(url, { method, headers, body, signal: left.signal }))
    outgoing.writeHead(response.status, [...response.headers].flat())
    outgoing.flushHeaders()
    // Some scenarios leave a stream in the middle.
    await pipeline(response.body ?? [], outgoing).catch(() => undefined)
  }

  http.on('request', (incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error))
  })
  return {
    url,
    async close() {
      await closeServer(http, 0)
      notes.close()
      rmSync(data, { recursive: true })
    },
  }
}
