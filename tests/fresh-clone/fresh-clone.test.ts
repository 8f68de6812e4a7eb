import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { root } from '../architecture/source-files.ts'

/** What git would clone, with the changes that are not committed yet. */
function copySources(target: string): void {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const path of listed.toString().split('\0')) {
    const source = join(root, path)
    if (path !== '' && existsSync(source)) cpSync(source, join(target, path))
  }
}

/** The machine's own programs: nothing that npm put on the PATH for this run, nor what it told its scripts. */
function readBareEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE|VITEST|INIT_CWD)/.test(name))
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'))
  return { ...Object.fromEntries(entries), PATH: path.join(delimiter) }
}

describe('on a fresh clone', () => {
  const env = readBareEnvironment()
  let clone: string
  let up: ChildProcess | undefined
  beforeAll(() => {
    clone = mkdtempSync(join(tmpdir(), 'countersign-clone-'))
    copySources(clone)
  })
  afterAll(() => {
    up?.kill('SIGKILL')
    rmSync(clone, { recursive: true, force: true })
  })

  it('npm start installs and serves, npx countersign call works beside it, and npm test needs nothing else', async () => {
    const start = spawn('npm', ['start', '--', '--port', '0', '--json'], { cwd: clone, env })
    up = start
    let said = ''
    start.stderr.on('data', (chunk) => {
      said += chunk
    })
    const lines = createInterface({ input: start.stdout })
    let ready: { issuer: string; resource: string } | undefined
    for await (const line of lines) {
      if (!line.startsWith('{')) continue
      ready = JSON.parse(line) as { issuer: string; resource: string }
      break
    }
    expect(ready, said).toBeDefined()
    expect(said).toContain('Installing')

    const call = spawnSync('npx', ['countersign', 'call', ready?.resource ?? '', 'read_notes'], { cwd: clone, env })
    expect(call.stdout.toString(), call.stderr.toString()).toBe('{"notes":[]}\n')
    expect(call.status).toBe(0)

    // The way a supervisor stops it; npm tells only its own shell.
    start.kill('SIGTERM')
    await vi.waitFor(() => expect(fetch(ready?.issuer ?? '')).rejects.toThrow(), { timeout: 10_000 })

    const types = spawnSync('npm', ['test', '--', '--only', 'types'], { cwd: clone, env })
    expect(types.stdout.toString().trimEnd().split('\n').at(-1)).toBe('1 passed, 0 failed')
    expect(types.stderr.toString()).not.toContain('Installing')
  }, 300_000)
})
