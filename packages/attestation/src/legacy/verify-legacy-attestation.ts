/** Verifying attestations that come in `initialize`, as the threat analysis carries them: good for one use. */
import {
  type AttestationEvents,
  type Clock,
  type Ledger,
  ok,
  type Refused,
  type Result,
  spendKey,
  thumbprintInput,
  type Verifier,
} from '@countersign/core'
import { refuseAttestation } from '../attestation-rejection.ts'
import {
  type AttestationTimes,
  completeAttestationTimes,
  judgeAttestationTime,
  refuseUntimely,
  retainUntil,
  usableFrom,
} from '../claims/attestation-time.ts'
import type { TrustList } from '../trust/trust-list.ts'
import { type JudgedAttestation, tellAttestation } from '../verify/attestation-telling.ts'
import type { VerifiedAttestation } from '../verify/verified-attestation.ts'
import { judgeLegacyAddressee, type LegacyExpectation } from './legacy-addressee.ts'
import type { LegacyClaims } from './legacy-claims.ts'
import { findLegacyKey } from './legacy-key.ts'
import { readLegacyAttestation, type SignedLegacyAttestation } from './read-legacy-attestation.ts'

/** What a verifier of the legacy carriage is made of. */
export interface LegacyAttestationVerifierOptions {
  readonly verifier: Verifier
  readonly clock: Clock
  /** Of these only the issuers with `legacy` count. */
  readonly trust: TrustList
  /** Where attestations are spent; has to be durable. */
  readonly ledger: Ledger
  readonly times?: Partial<AttestationTimes>
  /** Hears of every attestation that is shown: `attestation_verified` or `attestation_refused`. */
  readonly events?: AttestationEvents | undefined
}

/** Verifies attestations of the legacy carriage. */
export interface LegacyAttestationVerifier {
  /**
   * Takes the `token` of an `initialize` and spends it. What it yields has the binding `single_use`, also where `cnf`
   * named a key. Refuses with `attestation_invalid`, `attestation_expired`, `attestation_issuer_untrusted`,
   * `attestation_key_mismatch`, `attestation_audience_mismatch`, `attestation_replay`, `keys_unavailable` or
   * `ledger_unavailable`.
   */
  verify(text: string, expected: LegacyExpectation): Promise<Result<VerifiedAttestation>>
  /**
   * Does what was verified earlier still stand? Refuses with `attestation_expired` from `exp` on, without tolerance,
   * with `attestation_invalid` once its key is gone, and with `keys_unavailable`.
   */
  confirm(verified: VerifiedAttestation): Promise<Refused | undefined>
}

const SHORT_ID_LENGTH = 8

/** Throws a `RangeError` for times that make no sense, a `TypeError` for a ledger that forgets. */
export function createLegacyAttestationVerifier(options: LegacyAttestationVerifierOptions): LegacyAttestationVerifier {
  const { verifier, clock, trust, ledger, events } = options
  const times = completeAttestationTimes(options.times)
  if (ledger.lifetime !== 'durable') {
    throw new TypeError(
      'Attestations of the legacy carriage are good for one use: give their verifier a durable ledger, such as @countersign/ledgers/sqlite, or take the issuers with legacy off the trust list.',
    )
  }

  async function spend(claims: LegacyClaims, audience: string): Promise<Refused | undefined> {
    const key = await spendKey(verifier, ['attestation', claims.issuer, audience, claims.id])
    const issued = usableFrom(claims, times)
    const until = retainUntil(claims, times)
    try {
      const { spent } = await ledger.spend([{ kind: 'attestation', key, limit: 1, issued, until }])
      return spent ? undefined : refuseAttestation('attestation_replay')
    } catch {
      return refuseAttestation('ledger_unavailable')
    }
  }

  async function judge(signed: SignedLegacyAttestation, expected: LegacyExpectation): Promise<Refused | undefined> {
    // Again, as keys may have taken their time to come.
    const untimely = judgeAttestationTime(signed.claims, clock(), times)
    if (untimely !== undefined) return refuseUntimely(untimely)
    const { key } = signed.claims
    const jkt = key === undefined ? undefined : await verifier.digest(thumbprintInput(key))
    // The spend is the last of all: what is refused for another reason has used nothing up.
    return judgeLegacyAddressee(signed, jkt, expected) ?? (await spend(signed.claims, expected.audience))
  }

  async function verify(text: string, expected: LegacyExpectation): Promise<JudgedAttestation> {
    const { result: signed, issuer } = await readLegacyAttestation(text, { verifier, clock, trust, times })
    if (!signed.ok) return { result: signed, cached: false, issuer }
    const refused = await judge(signed.value, expected)
    return { result: refused ?? ok(describe(signed.value, clock())), cached: false, issuer }
  }

  return {
    verify(text, expected) {
      if (events === undefined) return verify(text, expected).then(({ result }) => result)
      return tellAttestation({ events, carriage: 'legacy' }, () => verify(text, expected))
    },
    async confirm({ issuer, keyId, keyThumbprint, expires }) {
      if (!(clock() < expires)) return refuseAttestation('attestation_expired', 'expired')
      const trusted = trust.find(issuer)
      if (trusted?.legacy !== true) return refuseAttestation('attestation_issuer_untrusted', 'issuer')
      const key = await findLegacyKey(trusted, keyId)
      if (!key.ok) return key
      return key.value.thumbprint === keyThumbprint
        ? undefined
        : refuseAttestation('attestation_invalid', 'unknown_key')
    },
  }
}

function describe(
  { trusted, claims, keyId, keyThumbprint }: SignedLegacyAttestation,
  now: number,
): VerifiedAttestation {
  return {
    issuer: claims.issuer,
    level: trusted.level,
    binding: 'single_use',
    agent: claims.agent,
    subject: claims.subject,
    keyId,
    keyThumbprint,
    jkt: undefined,
    expires: claims.expires,
    skew: now - claims.issuedAt,
    shortId: claims.id.slice(0, SHORT_ID_LENGTH),
  }
}
