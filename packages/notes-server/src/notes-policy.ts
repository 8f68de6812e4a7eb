/** What each tool, resource and prompt of the notes server needs: the guard's tables. */
import type { GuardOptions } from '@countersign/resource-server'
import { noteUriPrefix } from './resources.ts'

/** The scopes of the notes server, each in the words that a person consents to. */
export const notesScopes = {
  'notes:read': 'Read your notes',
  'notes:write': 'Write new notes',
  'notes:delete': 'Delete notes for good',
} as const satisfies Record<string, string>

const read = { scopes: ['notes:read'] } as const

/** Spread into `createGuard`'s options. Lists of notes are as private as the notes; the other lists only describe the server. */
export const notesPolicy = {
  name: 'Notes',
  initialScopes: ['notes:read'],
  scopesSupported: Object.keys(notesScopes),
  tools: { read_notes: read, write_note: { scopes: ['notes:write'] }, delete_note: { scopes: ['notes:delete'] } },
  resources: { [`${noteUriPrefix}*`]: read },
  prompts: { summarise_notes: read },
  methods: { 'resources/list': read, 'resources/templates/list': {}, 'prompts/list': {} },
} as const satisfies Partial<GuardOptions>

/** Deleting is asked for note by note; nobody has to approve it at the authorization server. */
const deletion = { object: '/note_id', approval: 'none' } as const

/**
 * The same for agents that nobody trusts with a class of calls: a note is deleted with a capability that names it, once,
 * and a client that does little else than delete is slowed down. Its capabilities need a durable `ledger`.
 */
export const cautiousNotesPolicy = {
  ...notesPolicy,
  tools: {
    ...notesPolicy.tools,
    delete_note: { ...notesPolicy.tools.delete_note, capability: deletion, friction: {} },
  },
} as const satisfies Partial<GuardOptions>

/** The tools as the authorization server registers them, so that it issues capabilities for them. */
export const notesTools = {
  read_notes: { scopes: read.scopes, words: 'Read notes', destructive: false },
  write_note: { scopes: notesPolicy.tools.write_note.scopes, words: 'Write a note', destructive: false },
  delete_note: {
    scopes: notesPolicy.tools.delete_note.scopes,
    words: 'Delete a note',
    destructive: true,
    capability: deletion,
  },
} as const
