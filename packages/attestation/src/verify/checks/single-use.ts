/** Was it used before? Asked of those alone that no key binds. */
import { spendKey } from '@countersign/core'
import { refuseAttestation } from '../../attestation-rejection.ts'
import { retainUntil, usableFrom } from '../../claims/attestation-time.ts'
import {
  type AttestationCheck,
  established,
  type Objection,
  type Presented,
  type VerificationContext,
} from '../presented.ts'

/** The last of all: what is refused for another reason has used nothing up. */
export const singleUse: AttestationCheck = (presented, context) =>
  established(presented.claims).key === undefined ? spend(presented, context) : undefined

async function spend({ claims, expected }: Presented, context: VerificationContext): Promise<Objection> {
  const { ledger, verifier, times } = context
  if (ledger === undefined) return refuseAttestation('attestation_invalid', 'cnf')
  const { issuer, id, issuedAt, expires } = established(claims)
  const key = await spendKey(verifier, ['attestation', issuer, expected.audience, id])
  const issued = usableFrom({ issuedAt }, times)
  const until = retainUntil({ expires }, times)
  try {
    const { spent } = await ledger.spend([{ kind: 'attestation', key, limit: 1, issued, until }])
    return spent ? undefined : refuseAttestation('attestation_replay')
  } catch {
    return refuseAttestation('ledger_unavailable')
  }
}
