/** What one use of a capability costs in the ledger: one of its own uses, and one of each of its ancestors'. */
import { type Spend, spendKey, type Verifier } from '@countersign/core'
import type { Capability, CapabilityAncestor } from './capability.ts'

/** Seconds for which a count outlives its capability, so that no difference of clocks makes it good again. */
const MARGIN = 60

/**
 * Takes the exact `iss` of the token and the capability as parsed; yields the spends of one use, all or none of which
 * the ledger has to grant. The counter is (issuer, id): refreshed and exchanged copies share it.
 */
export function capabilitySpends(
  verifier: Verifier,
  issuer: string,
  { id, uses, expires, ancestors = [] }: Capability,
): Promise<readonly Spend[]> {
  const line: readonly CapabilityAncestor[] = [{ id, uses, expires }, ...ancestors]
  return Promise.all(line.map((member) => spendOf(verifier, issuer, member)))
}

async function spendOf(verifier: Verifier, issuer: string, { id, uses, expires }: CapabilityAncestor): Promise<Spend> {
  const key = await spendKey(verifier, ['capability', issuer, id])
  return { kind: 'capability', key, limit: uses, until: expires + MARGIN }
}
