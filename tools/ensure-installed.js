/**
 * Runs before every npm script that needs the dependencies: installs what package-lock.json asks for when it is not
 * there yet, and checks that Node 24 will run the rest. Plain JavaScript, because a fresh clone has only the system's Node.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Compared by content: file times say nothing after a checkout. */
function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const present = JSON.parse(readFileSync(record, 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (!path.startsWith('node_modules/')) return true
    const found = present[path]
    // Builds for other platforms are never there.
    if (found === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true
    return entry.link === true ? found.resolved === entry.resolved : found.version === entry.version
  })
}

function install() {
  console.error('Installing what package-lock.json asks for (npm ci) …')
  const npm = process.env.npm_execpath
  const [command, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]]
  const result = spawnSync(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    shell: npm === undefined && process.platform === 'win32',
  })
  if (result.status === 0) return
  console.error(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}`.trim())
  console.error('\nThe dependencies could not be installed. Check that the npm registry is reachable, then run: npm ci')
  process.exit(1)
}

/** The scripts run on the first `node` on npm's PATH: the pinned one on Linux, the machine's own elsewhere. */
function checkNode() {
  if (Number.parseInt(process.versions.node, 10) >= 24) return
  const pinned = spawnSync(join(root, 'node_modules', '.bin', 'node'), ['--version'], { encoding: 'utf8' })
  if (pinned.status === 0 && Number.parseInt(pinned.stdout.slice(1), 10) >= 24) return
  console.error(
    `Countersign runs on Node 24 or newer; this is Node ${process.versions.node} (${process.platform} ${process.arch}).\n` +
      'On Linux with glibc (x64, arm64) Node 24 comes with the dependencies; here, install it from https://nodejs.org and try again.',
  )
  process.exit(1)
}

if (!isInstalled()) install()
checkNode()
