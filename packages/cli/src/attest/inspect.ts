/** `countersign attest inspect`: what an attestation says, claim by claim, and what would come of it here. */
import { type CompactJws, isJsonObject, type JsonObject, type JsonValue, readCompactJws } from '@countersign/core'
import type { Context } from '../context.ts'
import { CommandFailed } from '../exit.ts'
import { printable, printableJson } from '../terminal/printable.ts'
import { withProgress } from '../terminal/progress.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { readToken } from '../token/read-token.ts'
import { explainClaim } from './claims.ts'
import { type JudgeOptions, judgeText } from './judge.ts'
import { describeVerdict } from './verdict.ts'

/** Runs it. One that cannot be decoded, or that would be refused, is a finding. */
export async function inspectAttestation(
  argument: string | undefined,
  options: JudgeOptions,
  { terminal, clock, finish }: Context,
): Promise<void> {
  const text = await readToken(argument, terminal)
  const jws = readCompactJws(text)
  if (!jws.ok) {
    throw new CommandFailed(`This is no attestation: no JWT that a strict reader takes (${jws.reason}).`)
  }
  const { header, payload } = jws.value
  const verdict = await withProgress(terminal, 'Looking its issuer up', judgeText(text, options, clock))
  if (options.json === true) terminal.print(printableJson({ header, payload, verdict }))
  else {
    describeAttestation(jws.value, clock(), terminal)
    describeVerdict(verdict, terminal)
  }
  finish(verdict.accepted || verdict.trust === 'nobody' ? 0 : 1)
}

function describeAttestation({ header, payload }: CompactJws, now: number, terminal: Terminal): void {
  terminal.print(terminal.style('bold', 'Header'))
  describeMembers(header, { now, terminal, indent: 2 })
  terminal.print(terminal.style('bold', 'Claims'))
  describeMembers(payload, { now, terminal, indent: 2 })
}

interface Sheet {
  readonly now: number
  readonly terminal: Terminal
  readonly indent: number
}

/** Claims about the agent are written one by one; everything else on one line. */
const TAKEN_APART = new Set(['agent_identity', 'agent_integrity', 'attestation_metadata'])
const COLUMN = 26

function describeMembers(members: JsonObject, sheet: Sheet): void {
  const { now, terminal, indent } = sheet
  for (const [name, value] of Object.entries(members)) {
    const words = explainClaim(name, value, now)
    const note = words === undefined ? '' : `  ${terminal.style('dim', words)}`
    const label = `${' '.repeat(indent)}${printable(name)}`.padEnd(COLUMN)
    if (TAKEN_APART.has(name) && isJsonObject(value)) {
      terminal.print(`${label}${note}`)
      describeMembers(value, { ...sheet, indent: indent + 2 })
    } else terminal.print(`${label} ${printable(write(value))}${note}`)
  }
}

function write(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
