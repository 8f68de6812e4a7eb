/** Tools that ask for capabilities, and the entries that are asked for. */
import type { ResourceRegistration, ToolRegistration } from '../src/configuration/options.ts'
import { NOTES, notesResource } from './world.ts'

/** One tool of each kind: destructive, harmless, one that a scope is enough for. */
export const noteTools = {
  delete_note: { scopes: ['notes:delete'], capability: { object: '/note_id' }, words: 'Delete a note' },
  write_note: {
    scopes: ['notes:write'],
    capability: { object: '/note_id', free: ['/text'], uses: 3, seconds: 120 },
    destructive: false,
  },
  read_notes: { scopes: ['notes:read'] },
} as const satisfies Record<string, ToolRegistration>

/** The notes server with its tools. */
export const notesWithTools: ResourceRegistration = { ...notesResource, tools: noteTools }

/** An entry as a client asks for it; `undefined` leaves a member out. */
export function askFor(tool: string, members: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    type: 'mcp_tool',
    locations: [NOTES],
    tool,
    arguments: tool === 'read_notes' ? {} : { '/note_id': { equals: 42 } },
    uses: 1,
    seconds: 60,
    ...members,
  }
}

/** The parameter. */
export function detailsOf(...entries: readonly object[]): { readonly authorization_details: string } {
  return { authorization_details: JSON.stringify(entries) }
}
