/** What an operator says about an attestation issuer. */
import type { AttestationSigner, DeploymentRegistration, KeyLifePolicy } from '@countersign/attestation/issue'
import type { AttestationEvents, Clock, PublicJwk } from '@countersign/core'

/** A deployment of an agent: what its attestations say, and the keys that it proves itself with. */
export type Deployment = DeploymentRegistration & {
  /** Public keys, P-256 or Ed25519, that its client assertions are signed with (RFC 7523 §2.2). */
  readonly jwks: { readonly keys: readonly object[] }
}

/** What an attestation issuer is made of. */
export interface AttestationIssuerServerOptions {
  /** `iss` of its attestations and the place that it is served at: https, or plain http on a loopback host. */
  readonly issuer: string
  /** The SQLite file, created when it is not there; it holds the private signing keys, for its owner alone to read. */
  readonly database: string
  /** Who is attested, and as what; nothing of it ever comes from a request. */
  readonly deployments: readonly Deployment[]
  /** Signs the key bundle. Without it the bundle that was last handed in is served, and the root stays offline. */
  readonly root?: AttestationSigner
  /** The public half of a root that is kept elsewhere: bundles that are handed in are verified with it. */
  readonly rootKey?: PublicJwk
  /** 90 days of signing, an hour of notice and an hour of overlap unless said otherwise. */
  readonly keyLife?: Partial<KeyLifePolicy>
  /** Seconds for which a bundle counts; 7 days by default, an hour at least. It is signed anew at half of that. */
  readonly bundleLifetime?: number
  readonly clock?: Clock
  readonly events?: AttestationEvents
  /** Told of what broke on our side while a request waited; the caller sees 503. */
  readonly onFault?: (error: unknown) => void
}
