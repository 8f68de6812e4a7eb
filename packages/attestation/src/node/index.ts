/** What of trust needs Node: files. */
export { type LoadTrustOptions, loadTrust } from './load-trust.ts'
export { createTrustFolder } from './trust-folder.ts'
