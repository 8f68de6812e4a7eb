/** What an operator says about an authorization server. */
import type { Trust, TrustList } from '@countersign/attestation/trust'
import type { AttestationPolicy, Presence } from '@countersign/attestation/verify'
import type { CapabilityRequirement } from '@countersign/capability'
import type { KeyRing, Ledger, SharedChannel } from '@countersign/core'
import type { Log } from '../log.ts'

/** A resource server that tokens are issued for (RFC 8707). */
export interface ResourceRegistration {
  /** Its identifier, an absolute http(s) URI: the one string in `aud`. */
  readonly resource: string
  /** What people call it, on the consent page. */
  readonly name?: string
  /** Each scope, and in words what it lets a client do. */
  readonly scopes: Readonly<Record<string, string>>
  /** Its tools by name: those that capabilities are issued for, as the resource server itself declares them. */
  readonly tools?: Readonly<Record<string, ToolRegistration>>
  /** Seconds; 300 unless said. */
  readonly accessTokenLifetime?: number
  /** `jwt` (RFC 9068), unless said; `opaque` tokens mean nothing to anybody but by introspection. */
  readonly accessTokenFormat?: 'jwt' | 'opaque'
  /** Who may introspect tokens for it, and no others (RFC 7662 §2.1). */
  readonly introspection?: IntrospectionRegistration
}

/** A tool of a resource server: what a capability for it has to say, and who has to be asked. */
export interface ToolRegistration {
  /** Who may use the tool without a capability, or ask for one: each is a scope of the resource. */
  readonly scopes: readonly string[]
  /**
   * What the resource server asks for beside it. Its `approval`, unless it says so itself, is `person` for what is
   * destructive, else `none`. Without a person a capability gets no more uses and time than are named here.
   */
  readonly capability?: CapabilityRequirement
  /** What people call it, on the consent page; its name unless said. */
  readonly words?: string
  /** As in the tool's annotations in MCP. Unless said, a tool is destructive when it asks for a capability. */
  readonly destructive?: boolean
}

/** A resource server as a client of the introspection endpoint: with keys (`private_key_jwt`) or with a secret. */
export interface IntrospectionRegistration {
  /** Not the id of any other client. */
  readonly clientId: string
  /** Public keys, P-256 or Ed25519, that its assertions are signed with: then nothing secret ever leaves it. */
  readonly jwks?: { readonly keys: readonly object[] }
  /** For `client_secret_basic`: at least 32 characters, made by a machine. Held in memory, as it was given. */
  readonly secret?: string
}

/** The grants that a client may be registered for. */
export type GrantType = 'client_credentials' | 'authorization_code' | 'refresh_token' | 'token_exchange'

/**
 * How a client proves itself. `private_key_jwt`: an assertion under a registered key (RFC 7523 §2.2). `attestation`: an
 * attestation of the agent and a DPoP proof by the key that it names (`attest_jwt_client_auth` of
 * draft-ietf-oauth-attestation-based-client-auth, DPoP combined mode). `spiffe`: a JWT-SVID (`spiffe_jwt` of
 * draft-ietf-oauth-spiffe-client-auth).
 */
export type ClientAuthentication = 'private_key_jwt' | 'attestation' | 'spiffe'

/** A client. It proves itself, unless it is `public`. */
export interface ClientRegistration {
  readonly clientId: string
  /** What people call it, on the consent page. */
  readonly name?: string
  readonly grants: readonly GrantType[]
  /** `private_key_jwt` unless said. */
  readonly authentication?: ClientAuthentication
  /** With `private_key_jwt`, and only then: public keys, P-256 or Ed25519, that its assertions are signed with. */
  readonly jwks?: { readonly keys: readonly object[] }
  /** With `spiffe`, and only then: `sub` of its JWT-SVIDs, to the letter; its trust domain is one of `spiffe`. */
  readonly spiffeId?: string
  /**
   * What its agent must be attested to be, whenever it asks for a token, refreshes included; a presence alone asks for
   * nothing more. Needs `trust`. Without it an attestation may be left out; one that is shown still has to be good.
   */
  readonly attestation?: AttestationPolicy | Presence
  /** A client that can keep no secret: authorization code with PKCE and DPoP only. */
  readonly public?: boolean
  /** Exact; on a loopback host the port may differ (RFC 8252 §7.3). */
  readonly redirectUris?: readonly string[]
  /** All that it may ever ask for. */
  readonly scopes: readonly string[]
  /**
   * Clients that it may pass its rights on to, narrowed, by naming one in `may_act` of a token exchange. Each proves
   * itself and has the grant `token_exchange`, as this one has.
   */
  readonly delegatesTo?: readonly string[]
  /** With `mcp_tool` it may ask a person for a capability of any tool; without, of the tools that its scopes are for. */
  readonly authorizationDetailsTypes?: readonly 'mcp_tool'[]
  /** For test clients: tokens are also issued without a DPoP proof, and are then good for whoever holds them. */
  readonly allowBearer?: boolean
}

/** A person who may log in. */
export interface UserRegistration {
  /** The `sub` of their tokens; never reused for somebody else. */
  readonly subject: string
  /** What they type to log in. */
  readonly name: string
  /** Hashed with argon2id before it is stored. */
  readonly password: string
}

/** A SPIFFE trust domain whose workloads may be clients, and where its keys come from. */
export interface SpiffeTrustDomain {
  /** Its name, without `spiffe://`. */
  readonly trustDomain: string
  readonly keys: KeyRing
}

/**
 * What is to be revoked: an access token by its `jti`, a grant by its `grant_id`, a client or a person by their id,
 * a key that attestations were signed with by its RFC 7638 thumbprint, one instance of an agent by that of the key that
 * its tokens are bound to (`cnf.jkt`), a capability by its `id`.
 */
export type Revocation =
  | { readonly token: string }
  | { readonly grant: string }
  | { readonly client: string }
  | { readonly subject: string }
  | { readonly attestationKey: string }
  | { readonly agent: string }
  | { readonly capability: string }

/** Keys that secrets are encrypted under in the database. 32 random octets each, which are kept elsewhere. */
export interface EncryptionOptions {
  /** What is encrypted from now on, and all that is not, or under another key. */
  readonly key: Uint8Array
  /** Keys that something may still be encrypted under. */
  readonly previous?: readonly Uint8Array[]
  /** Leaves what lies in the database as it is: for programs beside the server, which may know another key by now. */
  readonly leavesOthers?: true
}

/** How signing keys follow one another, in seconds. */
export interface KeyOptions {
  /** How long a key is published before it signs: 600 unless said, 10 at the least. Twice what others may keep keys for. */
  readonly publishAheadSeconds?: number
  /** How long it is published after another has followed it: 3660 unless said; all its tokens are over by then. */
  readonly retireAfterSeconds?: number
}

/** Options of `createAuthorizationServer`. */
export interface AuthorizationServerOptions {
  /** https, or http on a loopback host; no query, no fragment, no trailing slash on a path. */
  readonly issuer: string
  /**
   * Where everything is kept: the path of an SQLite file (also `sqlite:path`), which is made when it is not there, or
   * `postgres://user:password@host:port/database`, for servers on several hosts. That needs `encryption`.
   */
  readonly database: string
  readonly resources: readonly ResourceRegistration[]
  readonly clients?: readonly ClientRegistration[]
  /**
   * Added, or updated by `subject`, on every start; nobody else can log in, or gets anything new. Left out, whoever was
   * added before can.
   */
  readonly users?: readonly UserRegistration[]
  /**
   * Whose attestations of agents count. A `Trust` also tells of keys that are trusted no more, and the tokens minted on
   * their word are revoked; its security events are taken at `/security-events`. Closing it is its owner's business.
   */
  readonly trust?: TrustList | Trust
  /** Whose JWT-SVIDs count, for clients that prove themselves with such. */
  readonly spiffe?: readonly SpiffeTrustDomain[]
  /**
   * Where assertions and proofs are spent: a durable ledger; default: in the database, as codes and refresh tokens are in
   * any case. Closing it is its owner's business.
   */
  readonly ledger?: Ledger
  /**
   * Tells the guards and the other servers of a deployment at once of what is revoked and of keys that were stolen; without
   * it they learn it from the feed, and from the issuers. Closing it is its owner's business.
   */
  readonly channel?: SharedChannel
  /** Without it, secrets lie in an SQLite file as they are. */
  readonly encryption?: EncryptionOptions
  readonly keys?: KeyOptions
  /** Told what happened; never a secret. */
  readonly log?: Log
}
