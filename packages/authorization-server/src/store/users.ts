/** The people who may log in. */
import type { DatabaseSync } from 'node:sqlite'
import type { UserRegistration } from '../configuration/options.ts'
import { hashPassword, verifyPassword } from './password.ts'

/** Looks people up; passwords never leave it. */
export interface UserStore {
  /** True when the subject is known. */
  has(subject: string): boolean
  /** What the person with this subject typed to log in. */
  nameOf(subject: string): string | undefined
  /** Yields the subject when name and password belong together; as slow for an unknown name as for a wrong password. */
  authenticate(name: string, password: string): Promise<string | undefined>
}

/** Adds or updates the initial users and yields the store; throws a TypeError that names the user and the cure. */
export async function createUserStore(
  database: DatabaseSync,
  initial: readonly UserRegistration[],
): Promise<UserStore> {
  const upsert = database.prepare(`
    INSERT INTO users (subject, name, password) VALUES (?, ?, ?)
    ON CONFLICT (subject) DO UPDATE SET name = excluded.name, password = excluded.password`)
  const bySubject = database.prepare('SELECT name FROM users WHERE subject = ?')
  const byName = database.prepare('SELECT subject, password FROM users WHERE name = ?')

  for (const { subject, name, password } of initial) {
    if (subject === '' || name === '') throw new TypeError('A user needs a subject and a name.')
    const holder = byName.get(normaliseName(name))?.subject
    if (holder !== undefined && holder !== subject) {
      throw new TypeError(`The user name ${JSON.stringify(name)} belongs to another subject already.`)
    }
    upsert.run(subject, normaliseName(name), await hashPassword(password))
  }
  const nobody = await hashPassword('the password of nobody')

  const nameOf = (subject: string) => {
    const name = bySubject.get(subject)?.name
    return typeof name === 'string' ? name : undefined
  }
  return {
    has: (subject) => nameOf(subject) !== undefined,
    nameOf,
    async authenticate(name, password) {
      const row = byName.get(normaliseName(name))
      const { subject, password: stored } = row ?? {}
      const matches = await verifyPassword(password, typeof stored === 'string' ? stored : nobody)
      return matches && typeof subject === 'string' ? subject : undefined
    },
  }
}

/** One name, one text: letters that look the same are the same (RFC 8265 §3.3 in spirit). */
export function normaliseName(name: string): string {
  return name.normalize('NFKC').trim()
}
