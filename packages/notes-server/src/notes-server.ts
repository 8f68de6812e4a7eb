/** The MCP server: three tools, a resource for each note, one prompt. It knows nothing of authorization. */
import { McpServer } from '@modelcontextprotocol/server'
import type { NotesStore } from './notes-store.ts'
import { registerPrompts } from './prompts.ts'
import { registerResources } from './resources.ts'
import { registerTools } from './tools.ts'

/** A server over `notes`, in either protocol era: for `createMcpHandler(() => notesServer(notes))`. */
export function notesServer(notes: NotesStore): McpServer {
  const server = new McpServer(
    { name: 'countersign-notes', title: 'Notes', version: '0.1.0' },
    { instructions: 'Keeps short text notes. Deleting a note cannot be undone.' },
  )
  registerTools(server, notes)
  registerResources(server, notes)
  registerPrompts(server, notes)
  return server
}
