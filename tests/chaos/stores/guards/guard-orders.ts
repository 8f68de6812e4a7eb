/** What a guarded process of a chaos run is told, and what it tells. */

/** Given as JSON, as its one argument. */
export interface GuardOrders {
  /** On 127.0.0.1. */
  readonly port: number
  /** What all of them serve, and what proofs are made for: as behind a load balancer. */
  readonly resource: string
  readonly issuer: { readonly issuer: string; readonly jwk: object }
  /** The URL of the store in which proofs are spent, by this process's own way to it. */
  readonly ledger: string
  /** The same for all. */
  readonly nonceSecret: string
  /** Whether clients are promised to come back to the process that they began with. */
  readonly affinity: boolean
  /** What is wrong with it on purpose. */
  readonly weaknesses: readonly string[]
  /** Where every run of a tool is written down, so that it is known also after a kill -9. */
  readonly runs: string
}

/** What it says when it listens, and what it has told its operator so far: how often, by type. */
export type GuardWord = { readonly ready: true } | { readonly events: Readonly<Record<string, number>> }
