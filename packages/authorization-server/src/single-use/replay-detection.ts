/** Replaces the library's replay detection, which looks and then writes, by one atomic spend. */
import { CLOCK_DIFFERENCE, type Ledger, spendKey, type Verifier } from '@countersign/core'
import { errors, Provider } from 'oidc-provider'
import { findTokenProof } from '../token-endpoint/token-proof.ts'
import { takeAssertion } from './client-assertion.ts'
import { letGoOn, mayGoOn, settleAssertion } from './pending-assertion.ts'

/** What `useLedgerForReplay` needs. */
export interface ReplayParts {
  readonly ledger: Ledger
  readonly verifier: Verifier
}

/**
 * Makes `provider` spend client assertions and DPoP proofs in `ledger`: of any number of concurrent uses, one wins.
 * A replayed assertion is refused with `invalid_client`, a replayed proof with `invalid_dpop_proof`.
 */
export function useLedgerForReplay(provider: Provider, { ledger, verifier }: ReplayParts): void {
  const spend = async (
    kind: 'assertion' | 'proof',
    id: readonly string[],
    times: { issued: number; until: number },
  ) => {
    const key = await spendKey(verifier, [kind, provider.issuer, ...id])
    return (await ledger.spend([{ kind, key, limit: 1, ...times }])).spent
  }
  provider.ReplayDetection.unique = async (clientId, jti, expires) => {
    const ctx = Provider.ctx
    if (ctx === undefined) throw new Error('Only what came with a request can be spent.')
    const assertion = takeAssertion(ctx, jti)
    if (assertion !== undefined) {
      const until = expires + 2 * CLOCK_DIFFERENCE
      const spent = spend('assertion', [clientId, jti], { issued: assertion.issued, until })
      if (!mayGoOn(ctx)) return spent
      letGoOn(ctx, spent)
      return true
    }
    const proof = findTokenProof(ctx)
    if (proof?.jti !== jti) throw new Error('Only what was verified on this request can be spent.')
    const spent = spend('proof', [clientId, jti], { issued: proof.issued, until: proof.retainUntil })
    await Promise.all([spent, settleAssertion(ctx)])
    if (await spent) return true
    throw new errors.InvalidDpopProof('the DPoP proof was used before')
  }
}
