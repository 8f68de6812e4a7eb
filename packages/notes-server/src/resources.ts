/** Every note as a resource, `note:///{note_id}` (MCP, server/resources). */
import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server'
import type { NotesStore } from './notes-store.ts'

/** The prefix of every note's URI; the id follows in decimal. */
export const noteUriPrefix = 'note:///'

/** How many notes the list names, the newest; the others are read by their URI. */
const MAX_LISTED = 100

/** Adds the resource template and its list to a server. */
export function registerResources(server: McpServer, notes: NotesStore): void {
  const list = () => ({
    resources: notes.list(MAX_LISTED).map(({ id }) => ({
      uri: `${noteUriPrefix}${id}`,
      name: `note-${id}`,
      title: `Note ${id}`,
      mimeType: 'text/plain',
    })),
  })
  server.registerResource(
    'note',
    new ResourceTemplate(`${noteUriPrefix}{note_id}`, { list }),
    { title: 'Note', description: 'One note, by its id', mimeType: 'text/plain' },
    (uri, { note_id }) => {
      // One spelling for each note: no signs, no leading zeros, no exponents.
      const id = typeof note_id === 'string' && /^[1-9]\d{0,15}$/.test(note_id) ? Number(note_id) : undefined
      const note = id === undefined ? undefined : notes.read(id)
      if (note === undefined) throw new ResourceNotFoundError(uri.href)
      return { contents: [{ uri: uri.href, mimeType: 'text/plain', text: note.text }] }
    },
  )
}
