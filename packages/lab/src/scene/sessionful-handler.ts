/** An MCP handler of the older kind beside the newer one: sessions with an id, kept in memory, as the SDK documents it. */
import { randomUUID } from 'node:crypto'
import { type NotesStore, notesServer } from '@countersign/notes-server'
import type { McpHandler } from '@countersign/resource-server'
import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport as SessionTransport,
} from '@modelcontextprotocol/server'

/** Serves both eras; the older one by sessions. */
export function createSessionfulHandler(notes: NotesStore): McpHandler {
  const modern = createMcpHandler(() => notesServer(notes), { legacy: 'reject' })
  const sessions = new Map<string, SessionTransport>()

  async function openSession(): Promise<SessionTransport> {
    const transport = new SessionTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    })
    await notesServer(notes).connect(transport)
    return transport
  }

  return {
    async fetch(request, options = {}) {
      if (!(await isLegacyRequest(request, options.parsedBody))) return modern.fetch(request, options)
      const id = request.headers.get('mcp-session-id')
      const transport = id === null ? await openSession() : sessions.get(id)
      if (transport === undefined) return new Response(null, { status: 404 })
      return transport.handleRequest(request, options)
    },
  }
}
