/** SPIFFE: the keys of trust domains, and the workloads that show JWT-SVIDs. */
export { parseSpiffeId, type SpiffeId } from '../trust/spiffe-id.ts'
export { type JwtSvid, type JwtSvidExpectation, type JwtSvidResult, verifyJwtSvid } from './jwt-svid.ts'
export { createSpiffeKeyRing, type SpiffeKeyRing, type SpiffeKeyRingOptions } from './spiffe-key-ring.ts'
