/** The examples of `docs/attestation.md` run as they stand, each in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'countersign-attested-'))
const running: ChildProcess[] = []

afterAll(() => {
  for (const child of running) child.kill()
  rmSync(folder, { recursive: true })
})

function start(example: string, ...flags: string[]): { child: ChildProcess; output: () => string } {
  const path = join(root, 'examples', example)
  const child = spawn(process.execPath, ['--conditions=@countersign/source', path, ...flags], { cwd: folder })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      text += chunk
    })
  }
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

async function runAgent(...flags: string[]): Promise<{ readonly code: unknown; readonly output: string }> {
  const agent = start('attested-agent.ts', ...flags)
  const code = await new Promise((resolve) => agent.child.once('exit', resolve))
  return { code, output: agent.output() }
}

describe('the examples of attested agents', () => {
  it('work together: an issuer, an authorization server, a server that insists, and an agent', async () => {
    start('attestation-issuer.ts')
    await untilListening(7522)
    start('attested-authorization-server.ts')
    await untilListening(7520)
    start('attested-server.ts')
    await untilListening(7521)
    const alone = await runAgent('--alone')
    expect(alone.output).toContain('buy milk')
    expect(alone.output).toContain('This call needs an attestation of the agent.')
    expect(alone.code).not.toBe(0)
    const attested = await runAgent()
    expect(attested).toEqual({ code: 0, output: expect.stringContaining('Nothing left to do.') })
  }, 60_000)

  it('stand in the document as they are run', () => {
    const document = readFileSync(join(root, 'docs', 'attestation.md'), 'utf8')
    const read = (name: string): string => readFileSync(join(root, 'examples', name), 'utf8')
    const server = read('attested-server.ts')
    expect(document).toContain(server.slice(server.indexOf('const guard =')).trim())
    const agent = read('attested-agent.ts')
    const attestation = agent.slice(agent.indexOf('const attestation ='), agent.indexOf('\n\nconst agent'))
    expect(document).toContain(attestation.trim())
    const issuer = read('attestation-issuer.ts')
    const part = issuer.slice(issuer.indexOf('const issuer ='), issuer.indexOf('\n\n// What servers'))
    expect(document).toContain(part.trim())
  })
})
