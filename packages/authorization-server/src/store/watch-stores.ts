/** How the stores of an authorization server do, told to its log. */
import type { Log } from '../log.ts'
import type { DurableState } from './durable-state.ts'

/** Tells of every change of the database's and the ledger's health and epoch; yields what ends it. */
export function watchStores({ store, ledger }: Pick<DurableState, 'store' | 'ledger'>, log: Log): (() => void)[] {
  const shared = [store.shared, ledger === store.ledger ? undefined : ledger.store]
  return shared.flatMap((watched) => watched?.watch(log) ?? [])
}
