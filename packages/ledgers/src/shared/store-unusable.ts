/** Why a store on a server cannot be used, found when it is opened; nothing there was changed. */

/**
 * `address`: the URL or an option is wrong. `unreachable`: nobody answers there. `credentials`: it does not know the user
 * or the password. `permission`: the user may not do what is needed. `tls`: no safe connection came about.
 * `wrong_server`: something else answers. `too_old`: its release is. `read_only`: it takes no writes. `topology`: it is
 * alone where a cluster was named, or the other way round. `eviction`, `replicas`, `durability`: as configured, it would
 * forget what was spent. `clock`: its clock and ours differ too much. `foreign`: another deployment's data are there.
 * `newer_schema`: a newer release wrote them.
 */
export type StoreUnusableFault =
  | 'address'
  | 'unreachable'
  | 'credentials'
  | 'permission'
  | 'tls'
  | 'wrong_server'
  | 'too_old'
  | 'read_only'
  | 'topology'
  | 'eviction'
  | 'replicas'
  | 'durability'
  | 'clock'
  | 'foreign'
  | 'newer_schema'

/**
 * Thrown when a store cannot be used. `message` names the store by host and port alone, the cause and the cure; a user's
 * password stands in neither it nor the `cause`.
 */
export class StoreUnusable extends Error {
  readonly fault: StoreUnusableFault

  /** `store` as in "Redis at 127.0.0.1:6379"; `explanation` in whole sentences. */
  constructor(fault: StoreUnusableFault, store: string, explanation: string) {
    super(`${store} cannot be used: ${explanation}`)
    this.name = 'StoreUnusable'
    this.fault = fault
  }
}
