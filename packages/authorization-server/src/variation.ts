/** How a server may differ from what it should be. */
import type { Ledger } from '@countersign/core'
import type { Configuration } from 'oidc-provider'
import type { StorageAdapter } from './store/adapter.ts'
import type { ExchangeRules } from './token-exchange/exchange-rules.ts'

/** How a server may differ from what it should be: for tests, and for showing attacks on a weakened one. */
export interface Variation {
  /** Wraps every storage adapter. */
  readonly wrapAdapter?: (adapter: StorageAdapter) => StorageAdapter
  readonly wrapLedger?: (ledger: Ledger) => Ledger
  readonly configure?: (configuration: Configuration) => Configuration
  readonly adaptExchange?: (rules: ExchangeRules) => ExchangeRules
}
