/** The people who may log in. */
import type { UserRegistration } from '../configuration/options.ts'
import { hashPassword, verifyPassword } from './password.ts'

/** A person as they are kept: `name` normalised, `password` hashed. */
export interface UserRow {
  readonly subject: string
  readonly name: string
  readonly password: string
}

/** What a store keeps of them. All reject when it cannot answer. */
export interface UserRows {
  /** Adds or updates one; yields false, and changes nothing, when somebody else has the name. */
  put(row: UserRow): Promise<boolean>
  nameOf(subject: string): Promise<string | undefined>
  findByName(name: string): Promise<Omit<UserRow, 'name'> | undefined>
}

/** Looks people up; passwords never leave it. */
export interface UserStore {
  /** True when the subject is known. */
  has(subject: string): Promise<boolean>
  /** What the person with this subject typed to log in. */
  nameOf(subject: string): Promise<string | undefined>
  /** Yields the subject when name and password belong together; as slow for an unknown name as for a wrong password. */
  authenticate(name: string, password: string): Promise<string | undefined>
}

/**
 * Adds or updates the registered users and yields the store; throws a TypeError that names the user and the cure. Whoever
 * was registered once and is not any more is unknown to it, though the rows remember them; where nobody says who is
 * registered, all of those are known.
 */
export async function createUserStore(
  rows: UserRows,
  registered: readonly UserRegistration[] | undefined,
): Promise<UserStore> {
  for (const { subject, name, password } of registered ?? []) {
    if (subject === '' || name === '') throw new TypeError('A user needs a subject and a name.')
    const row = { subject, name: normaliseName(name), password: await hashPassword(password) }
    if (await rows.put(row)) continue
    throw new TypeError(`The user name ${JSON.stringify(name)} belongs to another subject already.`)
  }
  const subjects = registered && new Set(registered.map(({ subject }) => subject))
  const isRegistered = (subject: string) => subjects?.has(subject) !== false
  const nameOf = async (subject: string) => (isRegistered(subject) ? rows.nameOf(subject) : undefined)
  const nobody = await hashPassword('the password of nobody')
  return {
    has: async (subject) => (await nameOf(subject)) !== undefined,
    nameOf,
    async authenticate(name, password) {
      const row = await rows.findByName(normaliseName(name))
      const matches = await verifyPassword(password, row?.password ?? nobody)
      return matches && row !== undefined && isRegistered(row.subject) ? row.subject : undefined
    },
  }
}

/** One name, one text: letters that look the same are the same (RFC 8265 §3.3 in spirit). */
export function normaliseName(name: string): string {
  return name.normalize('NFKC').trim()
}
