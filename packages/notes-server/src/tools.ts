/** The tools: read_notes, write_note, delete_note (MCP, server/tools). */
import type { CallToolResult, McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { NotesStore } from './notes-store.ts'

/** How long a note may be, in UTF-16 code units. */
const MAX_TEXT = 10_000

/** How many notes one call yields at most. */
const MAX_PAGE = 100

const noteId = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const note = z.object({ id: noteId, text: z.string(), written: z.string().describe('ISO 8601, UTC') })

/** Adds the tools to a server. */
export function registerTools(server: McpServer, notes: NotesStore): void {
  server.registerTool(
    'read_notes',
    {
      title: 'Read notes',
      description: 'Yields the notes, newest first.',
      inputSchema: z.object({
        limit: z.number().int().min(1).max(MAX_PAGE).optional().describe('How many, 20 when left out'),
        before: noteId.optional().describe('Only notes with a smaller id'),
      }),
      outputSchema: z.object({ notes: z.array(note) }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    ({ limit, before }) => answer({ notes: notes.list(limit ?? 20, before) }),
  )
  server.registerTool(
    'write_note',
    {
      title: 'Write a note',
      description: 'Keeps a new note and yields it with its id.',
      inputSchema: z.object({ text: z.string().min(1).max(MAX_TEXT) }),
      outputSchema: z.object({ note }),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    },
    ({ text }) => {
      const written = notes.write(text)
      return written === undefined ? refuseCall('The store is full. Delete a note first.') : answer({ note: written })
    },
  )
  server.registerTool(
    'delete_note',
    {
      title: 'Delete a note',
      description: 'Deletes one note for good.',
      inputSchema: z.object({ note_id: noteId }),
      outputSchema: z.object({ deleted: noteId }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    ({ note_id }) =>
      notes.delete(note_id) ? answer({ deleted: note_id }) : refuseCall(`There is no note ${note_id}.`),
  )
}

/** A result in both forms: structured, and the same as text for clients that show only that. */
function answer(structuredContent: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent }
}

function refuseCall(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true }
}
