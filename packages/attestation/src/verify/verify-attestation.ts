/** Verifying attestations (draft-ietf-oauth-attestation-based-client-auth §8, DPoP combined mode). */
import {
  type AttestationEvents,
  type Clock,
  type Ledger,
  ok,
  type Refused,
  type Result,
  spendKey,
  type Verifier,
} from '@countersign/core'
import { refuseAttestation } from '../attestation-rejection.ts'
import {
  type AttestationTimes,
  completeAttestationTimes,
  judgeAttestationTime,
  refuseUntimely,
  retainUntil,
} from '../claims/attestation-time.ts'
import type { TrustList } from '../trust/trust-list.ts'
import { type AttestationExpectation, judgeAddressee } from './addressee.ts'
import { findKey, readAttestation, type SignedAttestation } from './read-attestation.ts'
import { SignedCache } from './signed-cache.ts'
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
   * `attestation_expired`, `attestation_issuer_untrusted`, `attestation_key_mismatch`, `attestation_audience_mismatch`, `attestation_replay`,
   * `keys_unavailable` or `ledger_unavailable`; never with what is a policy's to say.
   */
  verify(text: string, expected: AttestationExpectation): Promise<Result<VerifiedAttestation>>
}

/** Texts of at most 8 KiB each. */
const CACHED_ATTESTATIONS = 1024
const SHORT_ID_LENGTH = 8

/** Throws a `RangeError` for times that make no sense, a `TypeError` when a durable ledger is needed and missing. */
export function createAttestationVerifier(options: AttestationVerifierOptions): AttestationVerifier {
  const { verifier, clock, trust, ledger } = options
  const times = completeAttestationTimes(options.times)
  if (trust.needsLedger && ledger?.lifetime !== 'durable') {
    throw new TypeError(
      'The trust list accepts attestations without a key, which are good for one use: give the verifier a durable ledger, such as @countersign/ledgers/sqlite, or drop acceptUnbound.',
    )
  }
  const cache = new SignedCache(CACHED_ATTESTATIONS)

  async function readSigned(text: string): Promise<Result<SignedAttestation>> {
    const known = cache.get(text)
    if (known !== undefined) {
      // A key that was revoked or replaced since takes with it whatever it has signed.
      const key = await findKey(known.trusted, known.keyId, known.algorithm)
      if (key.ok && key.value.thumbprint === known.keyThumbprint) return ok(known)
      cache.delete(text)
      if (!key.ok) return key
    }
    const signed = await readAttestation(text, { verifier, clock, trust, times })
    if (signed.ok && signed.value.jkt !== undefined) cache.set(text, signed.value)
    return signed
  }

  async function spend({ claims }: SignedAttestation, audience: string): Promise<Refused | undefined> {
    if (ledger === undefined) return refuseAttestation('attestation_invalid', 'cnf')
    const key = await spendKey(verifier, ['attestation', claims.issuer, audience, claims.id])
    const until = retainUntil(claims, times)
    try {
      const { spent } = await ledger.spend([{ kind: 'attestation', key, limit: 1, issued: claims.issuedAt, until }])
      return spent ? undefined : refuseAttestation('attestation_replay')
    } catch {
      return refuseAttestation('ledger_unavailable')
    }
  }

  return {
    async verify(text, expected) {
      const signed = await readSigned(text)
      if (!signed.ok) return signed
      const { trusted, claims, keyId, keyThumbprint, jkt } = signed.value
      // Again, as keys may have taken their time to come, and a cached one was judged at another time.
      const now = clock()
      const untimely = judgeAttestationTime(claims, now, times)
      if (untimely !== undefined) {
        cache.delete(text)
        return refuseUntimely(untimely)
      }
      const misaddressed = judgeAddressee(signed.value, expected)
      if (misaddressed !== undefined) return misaddressed
      // The last of all: what is refused for another reason has used nothing up.
      const unspent = jkt === undefined ? await spend(signed.value, expected.audience) : undefined
      if (unspent !== undefined) return unspent
      return ok({
        issuer: claims.issuer,
        level: trusted.level,
        binding: jkt === undefined ? 'single_use' : 'key',
        agent: claims.agent,
        subject: claims.subject,
        keyId,
        keyThumbprint,
        jkt,
        expires: claims.expires,
        skew: now - claims.issuedAt,
        shortId: claims.id.slice(0, SHORT_ID_LENGTH),
      })
    },
  }
}
