/** Weakened authorization servers, for demonstrations of attacks on this machine only. */
export { createWeakenedAuthorizationServer, type WeakenedOptions } from './weakened-authorization-server.ts'
export { type Weakness, weaknesses } from './weaknesses.ts'
