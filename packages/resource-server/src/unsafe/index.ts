/** Weakened guards, for demonstrations of attacks on this machine only. */
export { createWeakenedGuard, type FurtherWeaknesses } from './weakened-guard.ts'
export { removableChecks, type Weakness } from './weakened-policy.ts'
