/** `countersign audit`: audits a server and writes the report. */
import { writeFileSync } from 'node:fs'
import {
  AuditMisconfigured,
  type AuditOptions,
  type AuditReport,
  audit,
  hasFailed,
  writeHtmlReport,
  writeSarifReport,
  writeTextReport,
} from '@countersign/lab/audit'
import type { Context } from '../context.ts'
import { CommandFailed, wrongUsage } from '../exit.ts'
import { printable } from '../terminal/printable.ts'
import { type CredentialOptions, readCredentials } from './credentials.ts'

/** The flags. */
export interface AuditCommandOptions extends CredentialOptions {
  readonly otherResource?: string
  readonly scope: readonly string[]
  readonly allowWrites?: true
  readonly allowHost: readonly string[]
  readonly maxRequests?: number
  readonly check: readonly string[]
  readonly json?: true
  readonly sarif?: string
  readonly html?: string
}

/** Audits `url` and writes the report; rejects with `CommandFailed`. */
export async function runAudit(url: string, flags: AuditCommandOptions, context: Context): Promise<void> {
  const { finish } = context
  const credentials = await readCredentials(flags, context)
  try {
    const report = await auditServer(url, {
      ...chooseOptions(flags, context),
      ...credentials.options,
      ...chooseHosts(flags, credentials.options),
    })
    writeReports(makePrintable(report), flags, context)
    finish(hasFailed(report) ? 1 : 0)
  } finally {
    await credentials.close()
  }
}

function chooseHosts(flags: AuditCommandOptions, { allowHosts = [] }: AuditOptions): Pick<AuditOptions, 'allowHosts'> {
  return { allowHosts: [...flags.allowHost, ...allowHosts] }
}

function chooseOptions(flags: AuditCommandOptions, { terminal, interrupted }: Context): AuditOptions {
  const stopping = new AbortController()
  void interrupted().then(() => stopping.abort())
  return {
    scopes: flags.scope,
    allowWrites: flags.allowWrites === true,
    ...(flags.check.length > 0 && { only: flags.check }),
    ...(flags.otherResource !== undefined && { otherResource: flags.otherResource }),
    ...(flags.maxRequests !== undefined && { maxRequests: flags.maxRequests }),
    signal: stopping.signal,
    ...(terminal.isNoted && { onProgress: (title: string) => terminal.note(terminal.styleNote('dim', `${title} …`)) }),
  }
}

async function auditServer(url: string, options: AuditOptions): Promise<AuditReport> {
  try {
    return await audit(url, options)
  } catch (error) {
    if (error instanceof AuditMisconfigured) throw wrongUsage(error.message)
    throw error
  }
}

/** What a report quotes is text from the network; nothing in it may steer a terminal. */
function makePrintable(report: AuditReport): AuditReport {
  const clean = (_: string, value: unknown): unknown => (typeof value === 'string' ? printable(value) : value)
  return JSON.parse(JSON.stringify(report), clean)
}

function writeReports(report: AuditReport, { json, sarif, html }: AuditCommandOptions, { terminal }: Context): void {
  if (sarif !== undefined) writeReportFile(sarif, `${JSON.stringify(writeSarifReport(report), null, 2)}\n`)
  if (html !== undefined) writeReportFile(html, writeHtmlReport(report))
  if (json === true) terminal.print(JSON.stringify(report))
  else for (const line of writeTextReport(report, terminal.style)) terminal.print(line)
}

function writeReportFile(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch {
    throw new CommandFailed(`${path} cannot be written. Check its folder and permissions.`)
  }
}
