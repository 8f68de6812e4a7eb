/** On Node: synchronous `node:crypto`. */
export { createFastVerifier as createDefaultVerifier } from '@countersign/core/node'
