/** `countersign audit`: audits a server and writes the report. */
import { readFileSync } from 'node:fs'
import { type AuditOptions, type AuditReport, audit, hasFailed, writeTextReport } from '@countersign/lab/audit'
import { readKeyFile } from '../client-file.ts'
import type { Context } from '../context.ts'
import { CommandFailed, wrongUsage } from '../exit.ts'
import { printable } from '../terminal/printable.ts'
import { readToken } from '../token/read-token.ts'

/** The flags. */
export interface AuditCommandOptions {
  readonly token?: string
  readonly key?: string
  readonly allowHost: readonly string[]
  readonly maxRequests?: number
  readonly json?: true
}

/** Audits `url` and writes the report; rejects with `CommandFailed`. */
export async function runAudit(url: string, options: AuditCommandOptions, context: Context): Promise<void> {
  const { terminal, finish } = context
  const stopping = new AbortController()
  void context.interrupted().then(() => stopping.abort())
  const report = await auditServer(url, {
    ...(await readCredentials(options, context)),
    allowHosts: options.allowHost,
    ...(options.maxRequests !== undefined && { maxRequests: options.maxRequests }),
    signal: stopping.signal,
    ...(terminal.isNoted && { onProgress: (title) => terminal.note(terminal.styleNote('dim', `${title} …`)) }),
  })
  if (options.json === true) terminal.print(JSON.stringify(report))
  else for (const line of writeTextReport(makePrintable(report), terminal.style)) terminal.print(line)
  finish(hasFailed(report) ? 1 : 0)
}

/** What a report quotes is text from the network; nothing in it may steer a terminal. */
function makePrintable(report: AuditReport): AuditReport {
  const clean = (_: string, value: unknown): unknown => (typeof value === 'string' ? printable(value) : value)
  return JSON.parse(JSON.stringify(report), clean)
}

async function auditServer(url: string, options: AuditOptions): Promise<AuditReport> {
  try {
    return await audit(url, options)
  } catch (error) {
    if (error instanceof TypeError) throw wrongUsage(error.message)
    throw error
  }
}

async function readCredentials(
  { token, key }: AuditCommandOptions,
  { terminal }: Context,
): Promise<Pick<AuditOptions, 'token' | 'privateJwk'>> {
  if (token === undefined && key !== undefined)
    throw wrongUsage('--key goes with --token: the token that is bound to it.')
  if (token === undefined) return {}
  const text = token === '-' ? await readToken(undefined, terminal) : readTokenFile(token)
  return { token: text, ...(key !== undefined && { privateJwk: readKeyFile(key) }) }
}

function readTokenFile(path: string): string {
  try {
    const text = readFileSync(path, 'utf8').trim()
    if (text !== '') return text
  } catch {
    // Said below, whatever it was.
  }
  throw new CommandFailed(`${path} holds no token, or cannot be read.`, 2)
}
