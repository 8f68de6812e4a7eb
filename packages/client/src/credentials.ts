/** Who the agent is to an authorization server, and how it gets its grants. */
import { AuthorizationRefused } from './authorization-refused.ts'
import { type AssertionSigner, createAssertionSigner } from './client-assertion.ts'
import { requireSecureUrl } from './secure-url.ts'

/**
 * With a private key alone: the client credentials grant (RFC 6749 §4.4), authenticated by `private_key_jwt`
 * (RFC 7523 §2.2). With `authentication: 'attestation'`: the same grant, authenticated by the agent's attestation alone
 * (draft-ietf-oauth-attestation-based-client-auth). With `authorize`: the authorization code grant (RFC 6749 §4.1) with PKCE; a public client then,
 * unless it has a key too.
 *
 * `privateJwk` is a P-256 or Ed25519 key; `kid` and `alg` are honoured. `authorize` shows the URL to a person and
 * yields the URL that the browser was sent back to; see `@countersign/client/loopback`.
 */
export type Credentials = ClientCredentials | AttestedCredentials | CodeCredentials

/** A client that acts for itself. */
export interface ClientCredentials {
  readonly clientId: string
  readonly privateJwk: JsonWebKey
}

/** A client that acts for itself and has no key of its own: its instances are attested instead. */
export interface AttestedCredentials {
  readonly clientId: string
  readonly authentication: 'attestation'
}

/** A client that acts for a person. */
export interface CodeCredentials {
  readonly clientId: string
  /** As registered; on loopback any port goes (RFC 8252 §7.3). */
  readonly redirectUri: string
  readonly authorize: (url: URL) => Promise<URL>
  readonly privateJwk?: JsonWebKey
}

/** How a person is asked. */
export interface Interaction {
  readonly redirectUri: string
  readonly authorize: (url: URL) => Promise<URL>
}

/** Credentials made ready: the private key is imported, not extractable, and kept by closures only. */
export interface Client {
  readonly clientId: string
  readonly signAssertion: AssertionSigner | undefined
  /** Whether no token request goes out without an attestation. */
  readonly isAttested: boolean
  /** Set for the authorization code grant. */
  readonly interaction: Interaction | undefined
}

/**
 * Imports credentials.
 *
 * @throws AuthorizationRefused `misconfigured` for a key that is not a private P-256 or Ed25519 JWK, and for a client
 * that is to authenticate by attestations which the agent has no source of; `insecure_url`
 */
export async function importCredentials(credentials: Credentials, attests: boolean): Promise<Client> {
  const { clientId } = credentials
  const isAttested = readAuthentication(credentials, attests)
  const privateJwk = 'privateJwk' in credentials ? credentials.privateJwk : undefined
  const signAssertion = privateJwk === undefined ? undefined : await createAssertionSigner(clientId, privateJwk)
  return { clientId, signAssertion, isAttested, interaction: readInteraction(credentials) }
}

function readAuthentication(credentials: Credentials, attests: boolean): boolean {
  if (!('authentication' in credentials)) return false
  if (credentials.authentication === 'attestation' && attests) return true
  throw new AuthorizationRefused(
    'misconfigured',
    "The one `authentication` of credentials is 'attestation', and it takes an agent with an `attestation` source.",
  )
}

function readInteraction(credentials: Credentials): Interaction | undefined {
  if (!('authorize' in credentials)) return undefined
  const { redirectUri, authorize } = credentials
  // Private-use schemes (RFC 8252 §7.1) are refused too: any app on the machine may claim them.
  requireSecureUrl(redirectUri, 'redirect URI')
  return { redirectUri, authorize }
}
