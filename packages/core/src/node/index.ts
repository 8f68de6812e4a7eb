/** What of the core needs Node. */
export { createFastVerifier } from './fast-verifier.ts'
