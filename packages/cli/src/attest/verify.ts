/** `countersign attest verify`: would this attestation be accepted here? */
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit.ts'
import { printableJson } from '../terminal/printable.ts'
import { withProgress } from '../terminal/progress.ts'
import { readToken } from '../token/read-token.ts'
import { type JudgeOptions, judgeText, requireDecision } from './judge.ts'
import { describeVerdict } from './verdict.ts'

/** Runs it. One that would be refused is a finding; keys that cannot be had are a failure. */
export async function verifyAttestation(
  argument: string | undefined,
  options: JudgeOptions,
  { terminal, clock, finish }: Context,
): Promise<void> {
  const text = await readToken(argument, terminal)
  const verdict = await withProgress(terminal, 'Verifying', judgeText(text, options, clock))
  if (verdict.trust === 'nobody') {
    throw wrongUsage('Nobody is trusted here. Name a trust list with --trust, or the folder of up with --data.')
  }
  requireDecision(verdict)
  if (options.json === true) terminal.print(printableJson(verdict))
  else describeVerdict(verdict, terminal)
  finish(verdict.accepted ? 0 : 1)
}
