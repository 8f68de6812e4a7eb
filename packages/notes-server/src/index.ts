/** A real MCP server that keeps notes, and the policy that guards it. */
export { cautiousNotesPolicy, notesPolicy, notesScopes, notesTools } from './notes-policy.ts'
export { notesServer } from './notes-server.ts'
export { createNotes, type Note, type NotesStore } from './notes-store.ts'
