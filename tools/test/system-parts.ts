/** What some suites need from the operating system, how it is detected, and how Debian installs it. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A program that npm cannot bring. */
export interface SystemPart {
  readonly name: string
  /** It is there when one of these programs is on the PATH. */
  readonly programs: readonly string[]
  /** The Debian packages that bring it. */
  readonly packages: readonly string[]
}

/** All of them; suites name them in `needs`. */
export const systemParts: readonly SystemPart[] = [{ name: 'chromium', programs: ['chromium'], packages: ['chromium'] }]

/** Whether a program is on the PATH and may be run. */
function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** The parts among `needed` that this machine does not have. */
export function findMissingParts(
  needed: ReadonlySet<string>,
  table: readonly SystemPart[] = systemParts,
): readonly SystemPart[] {
  return table.filter((part) => needed.has(part.name) && !part.programs.some(isOnPath))
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
