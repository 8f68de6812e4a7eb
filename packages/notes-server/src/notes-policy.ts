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
