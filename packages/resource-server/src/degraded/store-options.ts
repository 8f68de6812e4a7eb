/** Options that say something about the shared store of a ledger, or about its absence, beside a ledger that fits. */
import type { Ledger } from '@countersign/core'
import { ConfigurationError } from '../configuration-error.ts'
import type { GuardOptions } from '../guard-options.ts'
import type { RequirementTables } from '../policy/requirement-tables.ts'

/** Throws `ConfigurationError` for an option that would have no effect: somebody counts on it. */
export function assertStoreOptions(
  { affinity, nonceSecret }: Pick<GuardOptions, 'affinity' | 'nonceSecret'>,
  { tools, resources, prompts, methods }: RequirementTables,
  { store }: Ledger,
): void {
  if (store !== undefined) {
    if (nonceSecret === undefined) return
    throw new ConfigurationError(
      'nonceSecret is for ledgers without a server of their own: this one brings a secret, which changes when the store has lost its memory; leave nonceSecret out',
    )
  }
  if (affinity !== undefined) {
    throw new ConfigurationError(
      'affinity says how to go on while a shared store fails, and this ledger is on none: leave it out, or give the guard a ledger on Redis or Postgres',
    )
  }
  const said = [tools, resources, prompts, methods].find(({ saysWithoutLedger }) => saysWithoutLedger !== undefined)
  if (said === undefined) return
  throw new ConfigurationError(
    `'${said.saysWithoutLedger}': withoutLedger says what to do while a shared store fails, and this ledger is on none: leave it out, or give the guard a ledger on Redis or Postgres`,
  )
}
