/** What of the core needs Node. */
export { createFastVerifier } from './fast-verifier.ts'
export { allowLoopback } from './safe-fetch/allow-entry.ts'
export { type FetchRefusal, FetchRefused } from './safe-fetch/fetch-refused.ts'
export type { Lookup } from './safe-fetch/resolve-host.ts'
export { createSafeFetch, type SafeFetchOptions } from './safe-fetch/safe-fetch.ts'
