/** `countersign token inspect`: decodes a token and says what it says; verifies nothing. */
import { type CompactJws, type JsonObject, readCompactJws } from '@countersign/core'
import type { Context } from '../context.ts'
import { CommandFailed } from '../exit.ts'
import { printable, printableJson } from '../terminal/printable.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { explainMember } from './claims.ts'
import { readToken } from './read-token.ts'

/** Runs it. A token that cannot be decoded, strictly, is a finding. */
export async function inspectToken(
  argument: string | undefined,
  { json }: { readonly json?: true },
  { terminal, clock, finish }: Context,
): Promise<void> {
  const jws = readCompactJws(await readToken(argument, terminal), 16_384)
  if (!jws.ok) {
    throw new CommandFailed(
      `This is no JWT that a strict reader takes (${jws.reason}). Opaque tokens say nothing at all.`,
    )
  }
  const { header, payload } = jws.value
  if (json === true) terminal.print(printableJson({ verified: false, header, payload }))
  else describeToken(jws.value, clock(), terminal)
  finish(0)
}

function describeToken({ header, payload }: CompactJws, now: number, terminal: Terminal): void {
  const { print, style } = terminal
  print(style('yellow', 'Not verified: anybody can write such a token. See countersign token verify.'))
  print(style('bold', 'Header'))
  describeMembers(header, now, terminal)
  print(style('bold', 'Claims'))
  describeMembers(payload, now, terminal)
  if (!Object.hasOwn(payload, 'cnf')) {
    print(style('yellow', 'No cnf: bound to no key, so whoever holds it can use it (a bearer token).'))
  }
  if (!Object.hasOwn(payload, 'exp')) print(style('yellow', 'No exp: it never expires.'))
}

function describeMembers(members: JsonObject, now: number, { print, style }: Terminal): void {
  for (const [name, value] of Object.entries(members)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const words = explainMember(name, value, now)
    print(`  ${printable(name).padEnd(10)} ${printable(text)}${words === undefined ? '' : `  ${style('dim', words)}`}`)
  }
}
