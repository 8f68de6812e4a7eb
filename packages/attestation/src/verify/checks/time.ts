/** Is it of now, and as short-lived as it has to be? */
import { judgeAttestationTime, refuseUntimely } from '../../claims/attestation-time.ts'
import { type AttestationCheck, established } from '../presented.ts'

/** Its life is short, has begun and is not over, give or take what clocks may differ. */
export const time: AttestationCheck = (presented, { clock, times }) => {
  const now = clock()
  presented.now = now
  const untimely = judgeAttestationTime(established(presented.claims), now, times)
  return untimely === undefined ? undefined : refuseUntimely(untimely)
}
