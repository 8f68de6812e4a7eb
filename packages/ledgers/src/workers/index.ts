/** Proofs that the workers of one host spend together, in the memory of their primary. */
export { type JoinProofsOptions, joinProofs } from './join-proofs.ts'
export { type SharedProofs, type ShareProofsOptions, shareProofs } from './share-proofs.ts'
