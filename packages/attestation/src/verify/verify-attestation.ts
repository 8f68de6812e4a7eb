/** Verifying attestations (draft-ietf-oauth-attestation-based-client-auth §8, DPoP combined mode). */
import { type AttestationEvents, type Clock, type Ledger, ok, type Result, type Verifier } from '@countersign/core'
import { type AttestationTimes, completeAttestationTimes } from '../claims/attestation-time.ts'
import type { TrustList } from '../trust/trust-list.ts'
import { type JudgedAttestation, tellAttestation } from './attestation-telling.ts'
import {
  type AttestationExpectation,
  established,
  type Objection,
  type Presented,
  type ReadText,
  type VerificationContext,
} from './presented.ts'
import { TextCache } from './text-cache.ts'
import { type NamedAttestationCheck, verification } from './verification.ts'
import type { VerifiedAttestation } from './verified-attestation.ts'

/** What an attestation verifier is made of. */
export interface AttestationVerifierOptions {
  readonly verifier: Verifier
  readonly clock: Clock
  readonly trust: TrustList
  /** Where single-use attestations are spent: durable, and needed only when the trust list accepts such at all. */
  readonly ledger?: Ledger
  readonly times?: Partial<AttestationTimes>
  /** Hears of every attestation that is shown: `attestation_verified` or `attestation_refused`. */
  readonly events?: AttestationEvents
}

/** Verifies attestations. */
export interface AttestationVerifier {
  /**
   * Takes the value of the one `OAuth-Client-Attestation` header. Refuses with `attestation_invalid`,
   * `attestation_expired`, `attestation_issuer_untrusted`, `attestation_key_mismatch`, `attestation_audience_mismatch`,
   * `attestation_replay`, `keys_unavailable` or `ledger_unavailable`; never with what is a policy's to say.
   */
  verify(text: string, expected: AttestationExpectation): Promise<Result<VerifiedAttestation>>
}

/** Texts of at most 8 KiB each. */
const CACHED_ATTESTATIONS = 1024
const SHORT_ID_LENGTH = 8

/** Throws a `RangeError` for times that make no sense, a `TypeError` when a durable ledger is needed and missing. */
export function createAttestationVerifier(options: AttestationVerifierOptions): AttestationVerifier {
  return assembleAttestationVerifier(options, verification)
}

/** The same with other checks: what these leave out is not verified. */
export function assembleAttestationVerifier(
  { verifier, clock, trust, ledger, times, events }: AttestationVerifierOptions,
  checks: readonly NamedAttestationCheck[],
): AttestationVerifier {
  const context: VerificationContext = { verifier, clock, trust, ledger, times: completeAttestationTimes(times) }
  if (trust.needsLedger && ledger?.lifetime !== 'durable') {
    throw new TypeError(
      'The trust list accepts attestations without a key, which are good for one use: give the verifier a durable ledger, such as @countersign/ledgers/sqlite, or drop acceptUnbound.',
    )
  }
  const cache = new TextCache(CACHED_ATTESTATIONS)
  const ofMoment = checks.filter(({ ofText }) => ofText !== true)

  async function judge(text: string, expected: AttestationExpectation): Promise<JudgedAttestation> {
    const known = cache.get(text)
    const presented = begin(text, expected, known)
    const objection = await findObjection(presented, context, known === undefined ? checks : ofMoment)
    if (objection?.rejection.code === 'attestation_expired') cache.delete(text)
    else if (isToBeKept(presented, known)) cache.set(text, keep(presented))
    return {
      result: objection ?? ok(describeVerified(presented)),
      cached: known !== undefined && known.verifiedBy === presented.verifiedBy,
      issuer: presented.trusted?.issuer,
    }
  }

  return {
    verify(text, expected) {
      // Where nobody listens, nothing is measured and nothing described.
      if (events === undefined) return judge(text, expected).then(({ result }) => result)
      return tellAttestation({ events, carriage: 'header' }, () => judge(text, expected))
    },
  }
}

async function findObjection(
  presented: Presented,
  context: VerificationContext,
  checks: readonly NamedAttestationCheck[],
): Promise<Objection> {
  for (const { check } of checks) {
    const answer = check(presented, context)
    // Most checks have nothing to say, at once; awaiting those too would cost a turn of the queue each.
    if (answer === undefined) continue
    const objection = answer instanceof Promise ? await answer : answer
    if (objection !== undefined) return objection
  }
  return undefined
}

/** Not before a signature vouches for it, and not what is good for one use. */
function isToBeKept({ verifiedBy, jkt }: Presented, known: ReadText | undefined): boolean {
  return verifiedBy !== undefined && jkt !== undefined && verifiedBy !== known?.verifiedBy
}

/** All members at once, so that the engine knows one shape of it. */
function begin(text: string, expected: AttestationExpectation, known: ReadText | undefined): Presented {
  return {
    text,
    expected,
    jws: undefined,
    algorithm: known?.algorithm,
    keyId: known?.keyId,
    claims: known?.claims,
    trusted: undefined,
    key: undefined,
    now: undefined,
    verifiedBy: known?.verifiedBy,
    jkt: known?.jkt,
  }
}

function keep({ algorithm, keyId, claims, verifiedBy, jkt }: Presented): ReadText {
  return { algorithm, keyId, claims, verifiedBy, jkt }
}

function describeVerified({ trusted, claims: said, key, keyId, jkt, now }: Presented): VerifiedAttestation {
  const claims = established(said)
  return {
    issuer: claims.issuer,
    level: established(trusted).level,
    binding: jkt === undefined ? 'single_use' : 'key',
    agent: claims.agent,
    subject: claims.subject,
    keyId,
    keyThumbprint: established(key).thumbprint,
    jkt,
    expires: claims.expires,
    skew: established(now) - claims.issuedAt,
    shortId: claims.id.slice(0, SHORT_ID_LENGTH),
  }
}
