/** Weakened guards, for demonstrations of attacks on this machine only. */
export { SINGLE_USE, type Watch } from './watched-policy.ts'
export { createWeakenedGuard, type FurtherWeaknesses } from './weakened-guard.ts'
export { checkOfWeakness, removableChecks, type Weakness, weaknesses } from './weakened-policy.ts'
