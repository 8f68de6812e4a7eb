/** What a server author writes: the resource, whom it trusts, and what each tool needs. */
import type { Trust, TrustList } from '@countersign/attestation/trust'
import type { AttestationPolicy, AttestationTimes, Presence } from '@countersign/attestation/verify'
import type { CapabilityRequirement } from '@countersign/capability'
import type { Clock, Events, Ledger, ProofOwner, SharedChannel, Verifier } from '@countersign/core'
import type { ProofPolicy } from '@countersign/dpop'
import type { Friction, FrictionOptions, Rates, RatesOptions, ToolFriction } from '@countersign/friction'
import type { Limits } from './limits.ts'
import type { IssuerTrust } from './token/issuer-trust.ts'

/** What a call of one tool, resource, prompt or method needs. */
export interface Requirement {
  /** All of them, or scopes that imply them. None: a valid token is enough. */
  readonly scopes?: readonly string[]
  /** `required`: the proof must cover the body. Otherwise it is checked when the proof carries a digest. */
  readonly contentDigest?: 'required'
  /** What is asked of the agent that calls, beside what the server asks of all: whichever is stricter counts. */
  readonly attestation?: AttestationPolicy | Presence
  /**
   * Of a tool: a call needs a capability that names what it acts on, and scopes are not enough. Without it a matching
   * capability stands in for the scopes all the same. Needs a durable `ledger`, in which its uses are counted.
   */
  readonly capability?: CapabilityRequirement
  /**
   * What becomes of its calls while the shared store of the `ledger` cannot be asked. `degrade`, the default: they go on
   * where the guard's `affinity` is declared. `refuse`: they get 503, as do those that need a capability in any case.
   */
  readonly withoutLedger?: 'degrade' | 'refuse'
  /** Of a tool that does harm: `{}` where the defaults will do. Leaning on it takes a person's approval, and then time. */
  readonly friction?: ToolFriction
}

/** Requirements by name. */
export type RequirementTable = Readonly<Record<string, Requirement>>

/** Options of `createGuard`; only the first two are needed to start. */
export interface GuardOptions {
  /** This server's identifier: the audience of its tokens (RFC 8707, RFC 9728). `https:`, or `http:` on loopback. */
  readonly resource: string
  /** Issuers whose tokens are accepted; clients are sent to the first. */
  readonly authorizationServers: readonly (string | IssuerTrust)[]
  /** The URL that clients post to, when it differs from `resource`; proofs are compared with it and with nothing else. */
  readonly endpoint?: string
  /** Shown to people who are asked for consent. */
  readonly name?: string
  /** What a client without a token is told to ask for. */
  readonly initialScopes?: readonly string[]
  /** Published as `scopes_supported`. Clients may ask for all of it at once, so it is left out by default. */
  readonly scopesSupported?: readonly string[]
  /** Which scopes a scope stands for beside itself: `{ 'notes:write': ['notes:read'] }`. */
  readonly scopeImplies?: Readonly<Record<string, readonly string[]>>
  readonly tools?: RequirementTable
  /** By URI, or by a prefix of it that ends in `*`; the longest match counts. */
  readonly resources?: RequirementTable
  readonly prompts?: RequirementTable
  /** JSON-RPC methods beside `tools/call`, `resources/read` and `prompts/get`, such as `resources/list`. */
  readonly methods?: RequirementTable
  /**
   * What is asked of the agent in every call: an attestation that came with it, or the `agent` claim of its token.
   * `required`, `preferred` and `optional` say what becomes of a call without one; one that is not good is refused
   * under all three.
   */
  readonly attestation?: AttestationPolicy | Presence
  /** Whose attestations count. Without it none is looked at, and only the `agent` claim of a token speaks for an agent. */
  readonly trust?: TrustList | Trust
  /** How old attestations may be, and how far the clocks of their issuers may differ. */
  readonly attestationTimes?: Partial<AttestationTimes>
  /** Path at which `protect` takes word of revoked attestation keys (RFC 8935); needs `trust` made by `createTrust`. */
  readonly securityEvents?: string
  /** `allowed` also takes tokens that are bound to no key, from anyone who holds them. Default `refused`. */
  readonly bearer?: 'refused' | 'allowed'
  /** How old a proof may be, and whether it needs a nonce; see `ProofPolicy`. */
  readonly proofs?: Partial<ProofPolicy>
  /** Where proof ids are spent. Default: this process's memory, with nonces of this run. */
  readonly ledger?: Ledger
  /**
   * Declares that the requests of one client come back to this process, or with a `ProofOwner` to whoever shares it (the
   * workers of one host). Calls then go on while the shared store of the `ledger` cannot be asked, with proofs that are
   * good here and nowhere else; without it they get 503 at once. Declared though it is not so, it costs calls, and lets
   * nothing through twice.
   */
  readonly affinity?: 'process' | ProofOwner
  /**
   * 32 octets or more, the same in every process that serves this resource, with a durable `ledger` that they share
   * without a server of its own (SQLite): a nonce of one is then known to all. Default: random.
   */
  readonly nonceSecret?: string | Uint8Array
  /**
   * Where the processes of a deployment tell one another at once what was revoked; every guard and authorization server
   * of it is given one on the same store. Without it they find out by asking, within two seconds.
   */
  readonly channel?: SharedChannel
  /** The numbers of the friction that tools declare; or the whole of it, made by `createFriction`. */
  readonly friction?: Friction | Omit<FrictionOptions, 'tools' | 'clock'>
  /** How many requests there may be in a while; what is refused for anything else is not counted. */
  readonly rates?: Rates | RatesOptions
  /**
   * 32 octets or more, the same in every process that serves this resource: a call that asked for input may then go on
   * in any of them. Default: random, and it goes on where it began.
   */
  readonly continuationSecret?: string | Uint8Array
  /** Browser origins that may call, such as `https://app.example`. Default none. */
  readonly origins?: readonly string[]
  /** Values of `Host` that are served. Default: the host of `endpoint`. */
  readonly hosts?: readonly string[]
  readonly limits?: Partial<Limits>
  /** Told of every decision and of what failed on the way; `./telemetry` makes metrics of it. */
  readonly events?: Events | undefined
  readonly clock?: Clock
  readonly verifier?: Verifier
  /** For what is fetched from issuers. Default on Node: one that reaches no address that is not public, unless it was configured. */
  readonly fetch?: typeof fetch
}
