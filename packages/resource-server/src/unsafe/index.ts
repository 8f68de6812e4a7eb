/** Weakened guards, for demonstrations of attacks on this machine only. */
export { createWeakenedGuard } from './weakened-guard.ts'
export { removableChecks, type Weakness } from './weakened-policy.ts'
