/** How one sending of a request went. */
import type { CapabilityDemand } from './capability/capability-demand.ts'
import type { HeldToken } from './held-token.ts'

/** A response, and the token that the request carried. */
export interface Exchange {
  readonly token: HeldToken | undefined
  readonly response: Response
  /** What the token was got for, where it was got for this call. */
  readonly stepUp?: StepUp
}

/** More than the agent had. */
export type StepUp =
  | { readonly kind: 'scopes'; readonly scopes: readonly string[] }
  | { readonly kind: 'capability'; readonly demand: CapabilityDemand }
