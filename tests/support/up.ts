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

/** What `up --json` says when it is ready. */
export interface Up {
  readonly issuer: string
  readonly resource: string
  readonly client: { readonly clientId: string; readonly privateJwk: JWK }
  /** Ends the process and deletes its data; rejects unless it went quietly. */
  close(): Promise<void>
}

/** Starts it on free ports and waits until it is ready. */
async function startUp(): Promise<Up> {
  const data = mkdtempSync(join(tmpdir(), 'countersign-up-'))
  const child = spawn(process.execPath, [LAUNCHER, 'up', '--json', '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const lines = createInterface({ input: child.stdout })
  const [line] = await Promise.race([once(lines, 'line'), exited.then(() => [])])
  if (typeof line !== 'string') throw new Error(`countersign up did not start: ${stderr}`)
  const ready = JSON.parse(line) as {
    issuer: string
    resource: string
    client: { client_id: string; private_jwk: JWK }
  }
  return {
    issuer: ready.issuer,
    resource: ready.resource,
    client: { clientId: ready.client.client_id, privateJwk: ready.client.private_jwk },
    async close() {
      child.kill('SIGTERM')
      const [code] = await exited
      rmSync(data, { recursive: true })
      if (code !== 0) throw new Error(`countersign up ended with ${code}: ${stderr}`)
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
