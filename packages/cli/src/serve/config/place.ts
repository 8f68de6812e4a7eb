/** Where in a configuration file something stands, so that every complaint says it. */
import { CommandFailed } from '../../exit.ts'

/** A member of the file, or the whole of it. */
export interface Place {
  /** As the operator called it. */
  readonly file: string
  /** Such as `clients[0].scopes`; empty for the file itself. */
  readonly path: string
  /** Where relative paths in the file begin. */
  readonly folder: string
  /** What `{"env": …}` is taken from. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** The place of a member, by its name or its position. */
export function within(place: Place, member: string | number): Place {
  const { path } = place
  if (typeof member === 'number') return { ...place, path: `${path}[${member}]` }
  // Names are the operator's own, and a file may be a wrong one: of a long one the beginning tells enough.
  const name = member.slice(0, 100)
  return { ...place, path: path === '' ? name : `${path}.${name}` }
}

/** What is wrong there, as a message that ends the command. `problem` reads on after the name of the member. */
export function wrongAt({ file, path }: Place, problem: string): CommandFailed {
  return new CommandFailed(`${path === '' ? file : `${file}: ${path}`} ${problem}.`, 2)
}
