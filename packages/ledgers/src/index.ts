/** Where single-use credentials are spent, chosen by URL. */
export { type OpenLedger, type OpenLedgerOptions, openLedger } from './open-ledger.ts'
