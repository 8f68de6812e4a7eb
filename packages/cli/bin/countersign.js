#!/usr/bin/env node
/**
 * Finds the Node that can run Countersign and hands over to it. Plain JavaScript, because it may be started on an older Node:
 * in a clone, from the sources, on the Node 24 that came with the dependencies; from a package, on the machine's own.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const home = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))))
const source = join(home, 'src', 'main.ts')
// Node refuses to strip types below node_modules, and a published package has no sources.
const fromSource = existsSync(source) && !home.includes(`${sep}node_modules${sep}`)

function isRecent(version) {
  return Number.parseInt(version.replace(/^v/, ''), 10) >= 24
}

/** The Node to run on: this one, or the pinned one of a node_modules folder on the way up. */
function findNode() {
  if (isRecent(process.versions.node)) return process.execPath
  for (let folder = home; folder !== dirname(folder); folder = dirname(folder)) {
    const pinned = join(folder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
    if (existsSync(pinned) && isRecent(spawnSync(pinned, ['--version'], { encoding: 'utf8' }).stdout ?? ''))
      return pinned
  }
  return undefined
}

/** Runs the command on another Node; signals and the exit code pass through. */
function handOver(node) {
  const start = fromSource ? ['--conditions=@countersign/source', source] : [join(home, 'dist', 'main.js')]
  // Over the ipc channel the command notices when this process was killed without a word.
  const child = spawn(node, [...start, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  stopWithParent(child)
  child.once('error', (error) => fail(`${node} could not be started: ${error.message}`))
  child.once('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
}

/** npm passes SIGTERM on to its shell alone, and that one ends without a word to what it runs. */
function stopWithParent(child) {
  if (process.env.npm_lifecycle_event === undefined) return
  const parent = process.ppid
  const watch = setInterval(() => process.ppid === parent || child.kill('SIGTERM'), 500)
  watch.unref()
}

function fail(message) {
  console.error(message)
  process.exit(2)
}

const node = findNode()
if (node === undefined) {
  fail(
    `countersign runs on Node 24 or newer; this is Node ${process.versions.node}. Install it from https://nodejs.org.`,
  )
} else if (node === process.execPath && !fromSource) {
  await import('../dist/main.js')
} else {
  handOver(node)
}
