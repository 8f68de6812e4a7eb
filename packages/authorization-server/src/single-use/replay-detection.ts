/** Replaces the library's replay detection, which looks and then writes, by one atomic spend. */
import { type Ledger, spendKey, type Verifier } from '@countersign/core'
import { errors, Provider } from 'oidc-provider'
import { CLOCK_DIFFERENCE } from '../configuration/tokens.ts'
import { takeAssertion } from './client-assertion.ts'

/** Seconds around now in which the library accepts an `iat`; a nonce never lives longer than one such window. */
const PROOF_WINDOW = 300

/** A proof from a fast clock stays good until the far end of the window, on the slowest clock of ours. */
const PROOF_RETENTION = 2 * PROOF_WINDOW + 2 * CLOCK_DIFFERENCE

/**
 * Makes `provider` spend client assertions and DPoP proofs in `ledger`: of any number of concurrent uses, one wins.
 * A replayed assertion is refused with `invalid_client`, a replayed proof with `invalid_dpop_proof`.
 */
export function useLedgerForReplay(provider: Provider, ledger: Ledger, verifier: Verifier, now: () => number): void {
  const spend = async (kind: 'assertion' | 'proof', clientId: string, jti: string, until: number) => {
    const key = await spendKey(verifier, [kind, provider.issuer, clientId, jti])
    return (await ledger.spend([{ kind, key, limit: 1, until }])).spent
  }
  provider.ReplayDetection.unique = async (clientId, jti, expires) => {
    const ctx = Provider.ctx
    if (ctx !== undefined && takeAssertion(ctx, jti)) {
      return spend('assertion', clientId, jti, expires + 2 * CLOCK_DIFFERENCE)
    }
    if (await spend('proof', clientId, jti, Math.floor(now()) + PROOF_RETENTION)) return true
    throw new errors.InvalidDpopProof('the DPoP proof was used before')
  }
}
