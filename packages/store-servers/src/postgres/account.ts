/** Who PostgreSQL runs as: it refuses to be root. */
import { readFileSync } from 'node:fs'
import type { Account } from '../server-process.ts'

/** The user `postgres`, or else `nobody`, where this process is root; itself otherwise. */
export function findPostgresAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8')
  const found = /^postgres:[^:]*:(\d+):(\d+):/m.exec(users) ?? /^nobody:[^:]*:(\d+):(\d+):/m.exec(users)
  if (found === null) throw new Error('PostgreSQL refuses to run as root, and there is no user postgres or nobody')
  return { uid: Number(found[1]), gid: Number(found[2]) }
}
