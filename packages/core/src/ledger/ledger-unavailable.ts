/** A shared store that cannot answer, as what a spend rejects with. */
import type { StoreFault } from '../ports/ledger.ts'

/** Nobody can say whether a thing was used. `message` holds constants of ours alone: no address, no secret. */
export class LedgerUnavailable extends Error {
  readonly fault: StoreFault

  constructor(fault: StoreFault, options?: ErrorOptions) {
    super(`The store of the ledger cannot be asked: ${fault}.`, options)
    this.name = 'LedgerUnavailable'
    this.fault = fault
  }
}
