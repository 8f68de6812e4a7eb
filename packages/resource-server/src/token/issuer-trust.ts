/** What an operator says about an authorization server whose tokens are accepted. */
import type { SignatureAlgorithm } from '@countersign/core'

/** How this server asks the issuer about tokens (RFC 7662): as a client that is registered there. */
export interface IntrospectionTrust {
  /** Default: `introspection_endpoint` of the issuer's metadata. */
  readonly endpoint?: string
  readonly clientId: string
  /** Authenticates with `private_key_jwt`: a private P-256, Ed25519 or RSA JWK, with its `kid` where the issuer wants one. */
  readonly privateJwk?: JsonWebKey
  /** Authenticates with `client_secret_basic`, where the issuer knows nothing better. */
  readonly clientSecret?: string
  /** `false`: this issuer is never shown a token that does not name it. Default `true`. */
  readonly opaque?: boolean
  /**
   * Take answers without `aud`. Any token of this issuer is then accepted here, also one for another server, unless the
   * issuer itself answers only about tokens that are meant for this server.
   */
  readonly acceptMissingAudience?: boolean
  /** Take answers without `token_type`. A refresh token is then as good here as an access token, if it is active. */
  readonly acceptMissingTokenType?: boolean
}

/** An authorization server whose tokens are accepted here, with what it may do differently from RFC 9068. */
export interface IssuerTrust {
  /** Compared with `iss` character by character. */
  readonly issuer: string
  /** Where its keys are; default: what its RFC 8414 metadata says. */
  readonly jwksUri?: string
  /** Its keys, when they are not to be fetched at all. */
  readonly jwks?: { readonly keys: readonly unknown[] }
  /** Default `ES256`, `Ed25519` and `EdDSA`; `RS256` (2048 bits and more) has to be named. */
  readonly algorithms?: readonly SignatureAlgorithm[]
  /** Accept `typ: JWT` or none: for issuers that predate RFC 9068. */
  readonly acceptPlainJwt?: boolean
  /** Accept several audiences, on sender-bound tokens only: each of them could otherwise use the token at the others. */
  readonly acceptSeveralAudiences?: boolean
  /** What this issuer calls this server in `aud`, when that is not `resource`. */
  readonly audience?: string
  /** Where it puts the client's id and the scopes, when not in `client_id` and `scope`; a list of scopes is taken too. */
  readonly claims?: { readonly clientId?: string; readonly scope?: string }
  /** `introspect`: ask the issuer about its JWTs too, and verify none here. Default `local`. */
  readonly tokens?: 'local' | 'introspect'
  /** For opaque tokens, for `tokens: 'introspect'`, and for the time when its revocation feed can't be read. */
  readonly introspection?: IntrospectionTrust
  /**
   * Where it publishes what it has revoked. Default: `revocation_feed_endpoint` of its metadata, unless nothing is
   * taken from there because `jwks` or `jwksUri` is given: metadata that may be missing can't promise a feed.
   */
  readonly revocationFeed?: string
  /**
   * `ignored`: what the `agent` claim of its tokens says of agents does not count, for an issuer that does not verify
   * attestations or lets clients write claims. Default `accepted`.
   */
  readonly agentClaim?: 'accepted' | 'ignored'
  /** Hosts (`host` or `host:port`) and CIDR ranges that are not public, and may be fetched from for this issuer. */
  readonly allowInternal?: readonly string[]
}
