/** The notes server's tools, some of which take a capability: as the guard and the authorization server are both told. */
import type { CapabilityRequirement } from '@countersign/capability'
import { notesPolicy } from '@countersign/notes-server'

/** What of the tools asks for a capability, by name. */
export type CapabilityTools = Readonly<Partial<Record<keyof typeof notesPolicy.tools, CapabilityRequirement>>>

/** One tool: fits the guard's table and the authorization server's. */
interface NotesTool {
  readonly scopes: readonly string[]
  readonly capability?: CapabilityRequirement
}

/** All tools with their scopes, and with the capabilities that are asked for. */
export function declareTools(capabilities: CapabilityTools): Readonly<Record<string, NotesTool>> {
  const { read_notes, write_note, delete_note } = notesPolicy.tools
  return Object.fromEntries(
    Object.entries({ read_notes, write_note, delete_note }).map(([name, tool]) => {
      const capability = new Map(Object.entries(capabilities)).get(name)
      return [name, { scopes: tool.scopes, ...(capability !== undefined && { capability }) }]
    }),
  )
}

/** A tool that takes a capability for each note, which nobody has to approve. */
export const deletionByNote = {
  delete_note: { object: '/note_id', approval: 'none' },
} as const satisfies CapabilityTools

/** Besides, one for each text that is written: what ran twice is there twice. */
export const eachByItself = {
  ...deletionByNote,
  write_note: { object: '/text', approval: 'none' },
} as const satisfies CapabilityTools
