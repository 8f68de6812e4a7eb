/** `countersign up`, as its user starts it: the command itself, in a process of its own. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { JWK } from 'jose'
import { afterAll, beforeAll } from 'vitest'

const LAUNCHER = join(import.meta.dirname, '../../packages/cli/bin/countersign.js')
/** What the launcher starts in a clone, for those who need its process itself. */
const PROGRAM = ['--conditions=@countersign/source', join(import.meta.dirname, '../../packages/cli/src/main.ts')]

/** How it is started, if not as users do. */
export interface UpOptions {
  /** Added to `up --json` on free ports. */
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Without the launcher before it. */
  readonly direct?: boolean
  /** A data folder that is there already; default: a new one. */
  readonly data?: string
}

/** What `up --json` says when it is ready. */
export interface Up {
  readonly issuer: string
  readonly resource: string
  readonly admin: string
  readonly attestationIssuer: string
  readonly client: { readonly clientId: string; readonly privateJwk: JWK }
  /** Its data folder. */
  readonly data: string
  /** All that it wrote so far. */
  readonly output: { readonly stdout: string; readonly stderr: string }
  /** Sends a signal to the process. */
  signal(name: NodeJS.Signals): void
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>
  /** Ends the process and deletes its data; rejects unless it went quietly. */
  close(): Promise<void>
}

/** Starts it on free ports and waits until it is ready. */
export async function startUp({ flags = [], env = {}, direct = false, ...options }: UpOptions = {}): Promise<Up> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'countersign-up-'))
  const args = [...(direct ? PROGRAM : [LAUNCHER]), 'up', '--json', '--port', '0', '--data', data, ...flags]
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text
    })
  }
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([once(lines, 'line'), ended.then(() => [])])
  if (typeof line !== 'string') throw new Error(`countersign up did not start: ${output.stderr}`)
  const {
    client,
    attestation_issuer: attestationIssuer,
    ...ready
  } = JSON.parse(line) as {
    issuer: string
    resource: string
    admin: string
    attestation_issuer: string
    client: { client_id: string; private_jwk: JWK }
  }
  return {
    ...ready,
    attestationIssuer,
    client: { clientId: client.client_id, privateJwk: client.private_jwk },
    data,
    output,
    signal: (name) => void child.kill(name),
    ended,
    async close() {
      child.kill('SIGTERM')
      const code = await ended
      rmSync(data, { recursive: true })
      if (code !== 0) throw new Error(`countersign up ended with ${code}: ${output.stderr}`)
    },
  }
}

/** Starts it before the tests of a file and ends it after them. */
export function useUp(): () => Up {
  let up: Up | undefined
  beforeAll(async () => {
    up = await startUp()
  })
  afterAll(() => up?.close())
  return () => {
    if (up === undefined) throw new Error('countersign up has not started')
    return up
  }
}
