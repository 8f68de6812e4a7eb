/** The programs that come with PostgreSQL, each run to its end. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Account } from '../server-process.ts'

/** What one of them is given. */
export interface ProgramRun {
  readonly path: string
  readonly args: readonly string[]
  readonly account?: Account | undefined
  readonly password?: string
  readonly input?: string
}

/** Yields what it wrote; rejects with what it complained of. */
export async function runProgram({ path, args, account, password, input = '' }: ProgramRun): Promise<string> {
  const child = spawn(path, [...args], {
    ...account,
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C', ...(password === undefined ? {} : { PGPASSWORD: password }) },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [output, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  if (code !== 0) throw new Error(`${path} ended with ${code}: ${complaint.trim()}`)
  return output.trimEnd()
}
