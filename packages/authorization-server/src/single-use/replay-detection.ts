/** Replaces the library's replay detection, which looks and then writes, by one atomic spend. */
import { type Ledger, spendKey, type Verifier } from '@countersign/core'
import { errors, Provider } from 'oidc-provider'
import { CLOCK_DIFFERENCE } from '../configuration/tokens.ts'
import { takeAssertion } from './client-assertion.ts'

/** Seconds around now in which the library accepts an `iat`; a nonce never lives longer than one such window. */
const PROOF_WINDOW = 300

/** A proof from a fast clock stays good until the far end of the window, on the slowest clock of ours. */
const PROOF_RETENTION = 2 * PROOF_WINDOW + 2 * CLOCK_DIFFERENCE

/** What `useLedgerForReplay` needs. */
export interface ReplayParts {
  readonly ledger: Ledger
  readonly verifier: Verifier
  readonly now: () => number
  /** A NumericDate before which no proof was made that comes this far, since nonces are not older; where that is so. */
  readonly proofsSince: number | undefined
}

/**
 * Makes `provider` spend client assertions and DPoP proofs in `ledger`: of any number of concurrent uses, one wins.
 * A replayed assertion is refused with `invalid_client`, a replayed proof with `invalid_dpop_proof`.
 */
export function useLedgerForReplay(provider: Provider, { ledger, verifier, now, proofsSince }: ReplayParts): void {
  const spend = async (
    kind: 'assertion' | 'proof',
    id: readonly string[],
    times: { issued?: number; until: number },
  ) => {
    const key = await spendKey(verifier, [kind, provider.issuer, ...id])
    return (await ledger.spend([{ kind, key, limit: 1, ...times }])).spent
  }
  provider.ReplayDetection.unique = async (clientId, jti, expires) => {
    const ctx = Provider.ctx
    const assertion = ctx === undefined ? undefined : takeAssertion(ctx, jti)
    if (assertion !== undefined) {
      const until = expires + 2 * CLOCK_DIFFERENCE
      return spend('assertion', [clientId, jti], { issued: assertion.issued, until })
    }
    const time = Math.floor(now())
    const issued = proofsSince === undefined ? {} : { issued: Math.max(time, proofsSince) }
    if (await spend('proof', [clientId, jti], { ...issued, until: time + PROOF_RETENTION })) return true
    throw new errors.InvalidDpopProof('the DPoP proof was used before')
  }
}
