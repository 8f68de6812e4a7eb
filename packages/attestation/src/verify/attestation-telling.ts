/** What is told of an attestation that was shown: what was verified, and constants of ours. */
import type { AttestationCarriage, AttestationEvent, AttestationEvents, Result } from '@countersign/core'
import type { VerifiedAttestation } from './verified-attestation.ts'

/** What came of an attestation, and what there is to tell beside it. */
export interface JudgedAttestation {
  readonly result: Result<VerifiedAttestation>
  /** Its signature was known from an earlier request. */
  readonly cached: boolean
  /** Set where it is a trusted one. */
  readonly issuer?: string | undefined
}

/** Who listens, and how the attestation came. */
export interface AttestationListening {
  readonly events: AttestationEvents
  readonly carriage: AttestationCarriage
}

/** Lets `judge` judge, and tells what came of it; what it throws is nothing to tell of an attestation. */
export async function tellAttestation(
  { events, carriage }: AttestationListening,
  judge: () => Promise<JudgedAttestation>,
): Promise<Result<VerifiedAttestation>> {
  const start = performance.now()
  const judged = await judge()
  const seconds = (performance.now() - start) / 1000
  events(describe(judged, { carriage, cached: judged.cached, seconds }))
  return judged.result
}

interface Circumstances {
  readonly carriage: AttestationCarriage
  readonly cached: boolean
  readonly seconds: number
}

function describe({ result, issuer }: JudgedAttestation, circumstances: Circumstances): AttestationEvent {
  if (!result.ok) {
    const { code, reason, resembles } = result.rejection
    return {
      type: 'attestation_refused',
      code,
      ...(reason !== undefined && { reason }),
      ...(issuer !== undefined && { issuer }),
      ...(resembles !== undefined && { resembles }),
      ...circumstances,
    }
  }
  const { level, binding, skew, shortId } = result.value
  return { type: 'attestation_verified', issuer: result.value.issuer, level, binding, skew, shortId, ...circumstances }
}
