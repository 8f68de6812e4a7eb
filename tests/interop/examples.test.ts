/** The examples of the README run as they stand, each in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'countersign-examples-'))
const running: ChildProcess[] = []

afterAll(() => {
  for (const child of running) child.kill()
  rmSync(folder, { recursive: true })
})

function start(example: string): { child: ChildProcess; output: () => string } {
  const path = join(root, 'examples', example)
  const child = spawn(process.execPath, ['--conditions=@countersign/source', path], { cwd: folder })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  child.stderr.on('data', (chunk) => {
    text += chunk
  })
  running.push(child)
  return { child, output: () => text }
}

async function untilListening(port: number): Promise<void> {
  const open = await new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(() => resolve(true)))
    socket.on('error', () => resolve(false))
  })
  if (open) return
  await setTimeout(50)
  await untilListening(port)
}

describe('the examples', () => {
  it('work together: a server, its authorization server, an agent that steps up', async () => {
    start('authorization-server.ts')
    await untilListening(7500)
    start('guarded-server.ts')
    await untilListening(7501)
    const agent = start('agent.ts')
    const code = await new Promise((resolve) => agent.child.once('exit', resolve))
    expect({ code, output: agent.output() }).toEqual({ code: 0, output: expect.stringContaining('water the plants') })
    expect(agent.output()).toContain('add_todo wants todos:write: approved')
  })

  it('stand in the README as they are run', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const server = readFileSync(join(root, 'examples', 'guarded-server.ts'), 'utf8')
    const agent = readFileSync(join(root, 'examples', 'agent.ts'), 'utf8')
    expect(readme).toContain(server.slice(server.indexOf('const guard =')).trim())
    expect(readme).toContain(agent.slice(agent.indexOf('const agent =')).trim())
  })
})
