/** Why the agent would not, or could not, get a token: one class, one code each. */

/** Every reason; the message that comes with it says the cause and the cure, never a token or text from the network. */
export type AuthorizationRefusalCode =
  | 'misconfigured'
  | 'insecure_url'
  | 'credentials_in_request'
  | 'content_too_large'
  | 'metadata_unreachable'
  | 'metadata_invalid'
  | 'resource_mismatch'
  | 'issuer_mismatch'
  | 'issuer_not_allowed'
  | 'pkce_unsupported'
  | 'dpop_unsupported'
  | 'client_authentication_unsupported'
  | 'state_mismatch'
  | 'authorization_denied'
  | 'token_request_failed'
  | 'token_response_invalid'
  | 'bearer_token_refused'
  | 'token_not_bound'
  | 'scope_exceeded'
  | 'capability_exceeded'
  | 'delegation_unfit'
  | 'approval_refused'
  | 'approval_failed'
  | 'attestation_unavailable'

/** OAuth error codes worth telling apart (RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2, RFC 9396 §5, RFC 9449 §5 and §8, attestation-based client authentication). */
const KNOWN_ERRORS = [
  'access_denied',
  'approval_required',
  'consent_required',
  'interaction_required',
  'invalid_authorization_details',
  'invalid_client',
  'invalid_client_attestation',
  'invalid_dpop_proof',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'login_required',
  'server_error',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'use_attestation_challenge',
  'use_dpop_nonce',
  'use_fresh_attestation',
] as const

/** One of the known OAuth error codes. */
export type OAuthErrorCode = (typeof KNOWN_ERRORS)[number]

/** Narrows an untrusted `error`; whatever is not a known code is dropped, so that no server can write into our messages. */
export function parseOAuthError(error: unknown): OAuthErrorCode | undefined {
  return KNOWN_ERRORS.find((known) => known === error)
}

/** Thrown by `agent.fetch` and by the hooks of `agent.provider` when no authorization comes about. */
export class AuthorizationRefused extends Error {
  /** Stable, for programs. */
  readonly code: AuthorizationRefusalCode
  /** What the authorization server answered, where it answered with a known OAuth error. */
  readonly oauthError: OAuthErrorCode | undefined

  constructor(code: AuthorizationRefusalCode, message: string, oauthError?: OAuthErrorCode) {
    super(oauthError === undefined ? message : `${message} It answered ${oauthError}.`)
    this.name = 'AuthorizationRefused'
    this.code = code
    this.oauthError = oauthError
  }
}

/** Yields undefined where the authorization server, or the person there, said no; whatever is suspicious is thrown. */
export async function unlessDeclined<Value>(ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask()
  } catch (error) {
    const declined =
      error instanceof AuthorizationRefused &&
      (error.code === 'token_request_failed' || error.code === 'authorization_denied')
    if (declined) return undefined
    throw error
  }
}
