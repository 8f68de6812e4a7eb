/** What some suites need from the operating system, how it is detected, and how Debian installs it. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program that npm cannot bring. */
export interface SystemPart {
  readonly name: string
  /** It is there when one of these may be run: a name is looked for on the PATH, a path may hold `*` and is matched. */
  readonly programs: readonly string[]
  /** The Debian packages that bring it. */
  readonly packages: readonly string[]
}

/** All of them; suites name them in `needs`. */
export const systemParts: readonly SystemPart[] = [
  { name: 'chromium', programs: ['chromium'], packages: ['chromium'] },
  { name: 'redis', programs: ['redis-server'], packages: ['redis-server'] },
  // Debian keeps the server of each release beside the PATH, for its own tools to find.
  { name: 'postgres', programs: ['/usr/lib/postgresql/*/bin/postgres'], packages: ['postgresql'] },
  { name: 'faketime', programs: ['faketime'], packages: ['faketime'] },
  { name: 'spin', programs: ['spin'], packages: ['spin'] },
  // What spin makes of a model is a program in C.
  { name: 'gcc', programs: ['gcc'], packages: ['gcc', 'libc6-dev'] },
]

/** Whether a program is on the PATH, or at the path, and may be run. */
function isInstalled(program: string): boolean {
  if (program.includes('/')) return globSync(program).some(isExecutable)
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The parts among `needed` that this machine does not have. */
export function findMissingParts(
  needed: ReadonlySet<string>,
  table: readonly SystemPart[] = systemParts,
): readonly SystemPart[] {
  return table.filter((part) => needed.has(part.name) && !part.programs.some(isInstalled))
}

/** The line that a person types to install the parts. */
export function installLine(parts: readonly SystemPart[]): string {
  return `apt-get update && apt-get install -y --no-install-recommends ${parts.flatMap((part) => part.packages).join(' ')}`
}

/** Installs the parts where this process may: as root, on Debian and its kin. Says so first; yields whether it worked. */
export function installParts(parts: readonly SystemPart[], say: (line: string) => void): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false
  say(`Installing system parts for the tests: ${parts.map((part) => part.name).join(', ')} (apt-get) …`)
  const result = spawnSync('sh', ['-c', installLine(parts)], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    encoding: 'utf8',
  })
  if (result.status !== 0) say(result.stderr.trim())
  return result.status === 0
}
