/** Judges an attestation as a guard does, and says what was taken for granted on the way. */
import {
  type AttestationPolicy,
  type AttestedAgent,
  completeAttestationPolicy,
  createAttestationVerifier,
  judgeAttestation,
} from '@countersign/attestation/verify'
import {
  type Clock,
  isJsonObject,
  type JsonObject,
  type Ledger,
  parsePublicJwk,
  type Rejection,
  readCompactJws,
  thumbprintInput,
} from '@countersign/core'
import { createFastVerifier } from '@countersign/core/node'
import { CommandFailed, wrongUsage } from '../exit.ts'
import { explainRefusal } from './refusals.ts'
import { chooseTrust, type TrustOptions } from './trust.ts'

/** The flags. */
export interface JudgeOptions extends TrustOptions {
  readonly audience?: string
  readonly clientId?: string
  readonly proofKey?: string
  readonly policy?: string
  readonly json?: true
}

/** What came of it; `assumed` names what was taken from the attestation itself. */
export type Verdict = { readonly assumed: readonly string[]; readonly trust: string } & (
  | { readonly accepted: true; readonly level: string; readonly agent: AttestedAgent['agent'] | undefined }
  | { readonly accepted: false; readonly code: string; readonly reason?: string; readonly finding: string }
)

/** Nothing is spent by looking; whether something was used before, only the server that it was used at knows. */
const unwritten: Ledger = { lifetime: 'durable', spend: async () => ({ spent: true }) }

/** Takes the attestation as text. Rejects with `CommandFailed` for flags that make no sense. */
export async function judgeText(text: string, options: JudgeOptions, clock: Clock): Promise<Verdict> {
  const policy = readPolicy(options.policy)
  const { expected, assumed } = await expect(text, options)
  const trust = await chooseTrust(options, clock)
  try {
    const attestations = createAttestationVerifier({
      verifier: createFastVerifier(),
      clock,
      trust: trust.list,
      ledger: unwritten,
    })
    const presented = await attestations.verify(text, expected)
    const common = { assumed, trust: trust.source }
    if (!presented.ok) return { ...common, ...refused(presented.rejection) }
    const standing = policy === undefined ? undefined : judgeAttestation(policy, presented)
    if (standing !== undefined && !standing.ok) return { ...common, ...refused(standing.rejection) }
    return { ...common, accepted: true, level: presented.value.level, agent: presented.value.agent }
  } finally {
    trust.close()
  }
}

function refused(rejection: Rejection) {
  const { code, reason } = rejection
  return { accepted: false as const, code, ...(reason !== undefined && { reason }), finding: explainRefusal(rejection) }
}

function readPolicy(text: string | undefined): AttestationPolicy | undefined {
  if (text === undefined) return undefined
  try {
    return completeAttestationPolicy(JSON.parse(text))
  } catch (error) {
    // The parser's message would quote the text, which is no secret, and helps nobody.
    if (error instanceof TypeError) throw wrongUsage(`--policy: ${error.message}`)
    throw wrongUsage('--policy is one JSON object, such as {"presence":"required"}.')
  }
}

async function expect(text: string, { audience, clientId, proofKey }: JudgeOptions) {
  const jws = readCompactJws(text)
  const claims: JsonObject = jws.ok ? jws.value.payload : {}
  const own = {
    audience: typeof claims.aud === 'string' ? claims.aud : 'https://unknown.invalid',
    clientId: typeof claims.sub === 'string' ? claims.sub : '',
    proofThumbprint: (await findOwnKey(claims)) ?? 'none',
  }
  const assumed = [
    ...(audience === undefined ? ['it is shown to the server that it names'] : []),
    ...(clientId === undefined ? ['its sub is the client that shows it'] : []),
    ...(proofKey === undefined ? ['a proof by its key comes with it'] : []),
  ]
  const expected = {
    audience: audience ?? own.audience,
    clientId: clientId ?? own.clientId,
    proofThumbprint: proofKey ?? own.proofThumbprint,
  }
  return { expected, assumed }
}

async function findOwnKey({ cnf }: JsonObject): Promise<string | undefined> {
  const jwk = parsePublicJwk(isJsonObject(cnf) ? cnf.jwk : undefined)
  return jwk.ok ? createFastVerifier().digest(thumbprintInput(jwk.value)) : undefined
}

/** For what cannot be decided: nobody's fault but the network's. */
export function requireDecision(verdict: Verdict): void {
  if (verdict.accepted || verdict.code !== 'keys_unavailable') return
  throw new CommandFailed(verdict.finding)
}
