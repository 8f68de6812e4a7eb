/** Which of the programs that npm cannot bring are on this machine. */
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program that servers or tests are made of. */
export type Program = 'redis-server' | 'postgres' | 'faketime'

/** The Debian package that brings it. */
const packages: Readonly<Record<Program, string>> = {
  'redis-server': 'redis-server',
  postgres: 'postgresql',
  faketime: 'faketime',
}

/** Debian keeps the programs of each release of PostgreSQL in a folder of their own, which is on nobody's PATH. */
const POSTGRES = '/usr/lib/postgresql'

/** Says which program is missing, and how Debian installs it. */
export class NotInstalled extends Error {
  readonly program: Program

  constructor(program: Program) {
    super(
      `${program} is not installed. On Debian: apt-get update && apt-get install -y --no-install-recommends ${packages[program]}`,
    )
    this.name = 'NotInstalled'
    this.program = program
  }
}

/** Whether it is there. */
export function isInstalled(program: Program): boolean {
  return findProgram(program) !== undefined
}

/** Its path; throws `NotInstalled`. */
export function requireProgram(program: Program): string {
  const path = findProgram(program)
  if (path === undefined) throw new NotInstalled(program)
  return path
}

function findProgram(program: Program): string | undefined {
  const folders = program === 'postgres' ? postgresFolders() : []
  return [...folders, ...(process.env.PATH ?? '').split(delimiter)]
    .map((folder) => join(folder, program))
    .find(isExecutable)
}

/** The newest release first. */
function postgresFolders(): readonly string[] {
  try {
    const releases = readdirSync(POSTGRES).sort((a, b) => Number(b) - Number(a))
    return releases.map((release) => join(POSTGRES, release, 'bin'))
  } catch {
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
