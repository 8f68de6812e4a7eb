/** The typed reasons why a call, a token or a proof is refused: one table, one code each. */
import type { Refused } from './result.ts'

/**
 * How a rejection looks to a caller.
 *
 * `error` is the OAuth error code of the `WWW-Authenticate` challenge (RFC 6750 §3.1, RFC 9449 §7.1);
 * without it the response carries no challenge error. `summary` is one generic sentence for the wire:
 * it never tells an attacker which comparison failed.
 */
interface RejectionKind {
  readonly status: number
  readonly error?: string
  readonly challenge: boolean
  readonly summary: string
}

function refusal(status: number, summary: string): RejectionKind {
  return { status, challenge: false, summary }
}

function challenge(status: 401 | 403, error: string | undefined, summary: string): RejectionKind {
  return error === undefined ? { status, challenge: true, summary } : { status, error, challenge: true, summary }
}

const TABLE = {
  insecure_transport: refusal(400, 'This server is reached over TLS only.'),
  malformed_request: refusal(400, 'The request is malformed.'),
  origin_not_allowed: refusal(403, 'This origin may not call this server.'),
  host_not_allowed: refusal(403, 'This host name is not served here.'),
  method_not_allowed: refusal(405, 'This HTTP method is not served here.'),
  body_timeout: refusal(408, 'The request body took too long to arrive.'),
  body_too_large: refusal(413, 'The request body is too large.'),
  unsupported_media_type: refusal(415, 'The request body must be plain application/json.'),
  headers_too_large: refusal(431, 'The request headers are too large.'),
  malformed_body: refusal(400, 'The request body is not an unambiguous JSON-RPC message.'),
  header_mismatch: refusal(400, 'The request headers and the request body disagree.'),
  continuation_invalid: refusal(400, 'This call does not go on from where it says.'),

  missing_token: challenge(401, undefined, 'An access token is required.'),
  invalid_token: challenge(401, 'invalid_token', 'The access token is not valid here.'),
  missing_dpop_proof: challenge(
    401,
    'invalid_dpop_proof',
    'This access token is bound to a key; a DPoP proof is required.',
  ),
  invalid_dpop_proof: challenge(401, 'invalid_dpop_proof', 'The DPoP proof is not valid for this request.'),
  dpop_jkt_mismatch: challenge(401, 'invalid_token', 'The access token is bound to another key.'),
  use_dpop_nonce: challenge(401, 'use_dpop_nonce', 'The DPoP proof needs the nonce that this response carries.'),
  replay_detected: challenge(401, 'invalid_dpop_proof', 'The DPoP proof was used before.'),
  content_digest_mismatch: challenge(401, 'invalid_dpop_proof', 'The DPoP proof covers another request body.'),
  content_digest_required: challenge(403, 'invalid_dpop_proof', 'The DPoP proof must cover the request body.'),

  attestation_required: challenge(403, 'invalid_client_attestation', 'This call needs an attestation of the agent.'),
  attestation_invalid: challenge(403, 'invalid_client_attestation', 'The attestation of the agent is not valid.'),
  attestation_expired: challenge(403, 'use_fresh_attestation', 'The attestation of the agent is not of now.'),
  attestation_issuer_untrusted: challenge(
    403,
    'invalid_client_attestation',
    'Whoever attested the agent may not do so here.',
  ),
  attestation_replay: challenge(403, 'invalid_client_attestation', 'The attestation of the agent was used before.'),
  attestation_key_mismatch: challenge(
    403,
    'invalid_client_attestation',
    'The attestation of the agent is for another key.',
  ),
  attestation_audience_mismatch: challenge(
    403,
    'invalid_client_attestation',
    'The attestation of the agent is for another server.',
  ),
  attestation_policy: challenge(403, 'invalid_client_attestation', 'This agent may not make this call.'),

  method_not_declared: refusal(403, 'This method is not open to callers of this server.'),
  tool_not_declared: refusal(403, 'This tool is not open to callers of this server.'),
  resource_not_declared: refusal(403, 'This resource is not open to callers of this server.'),
  session_not_found: refusal(404, 'There is no such session.'),
  prompt_not_declared: refusal(403, 'This prompt is not open to callers of this server.'),
  insufficient_scope: challenge(
    403,
    'insufficient_scope',
    'The access token does not carry the scopes that this call needs.',
  ),
  capability_required: challenge(
    403,
    'insufficient_authorization',
    'This call needs a capability that names what it acts on.',
  ),
  capability_mismatch: challenge(
    403,
    'insufficient_authorization',
    'The access token has a capability for other calls of this tool.',
  ),
  capability_expired: challenge(403, 'insufficient_authorization', 'The capability for this call is not of now.'),
  capability_exhausted: challenge(403, 'insufficient_authorization', 'The capability for this call is used up.'),
  approval_required: challenge(403, 'insufficient_authorization', 'A person has to approve this very call.'),
  friction_blocked: refusal(429, 'This client leans on this tool too hard; it may come back later.'),
  rate_limited: refusal(429, 'There are too many calls; they may come back later.'),

  keys_unavailable: refusal(503, 'The keys of the token issuer cannot be had right now.'),
  introspection_unavailable: refusal(503, 'The token issuer cannot be asked right now.'),
  revocations_unavailable: refusal(503, 'Nobody can say right now whether the access token was revoked.'),
  ledger_unavailable: refusal(503, 'Single use cannot be assured right now.'),
} as const satisfies Record<string, RejectionKind>

/** Every code that a refusal can carry; what each means and how to cure it is in `docs/rejections.md`. */
export type RejectionCode = keyof typeof TABLE

/** The table itself: HTTP status, challenge and generic sentence for every code. */
export const rejections: Readonly<Record<RejectionCode, RejectionKind>> = TABLE

/**
 * Why something was refused.
 *
 * `reason` is for the log and the metric alone: a constant word from our own source such as `audience`,
 * never text that a caller sent. `scopes` is set with `insufficient_scope`: everything the call needs.
 */
export interface Rejection {
  readonly code: RejectionCode
  readonly reason?: string
  readonly scopes?: readonly string[]
  /** With `insufficient_authorization`: the `authorization_details` entries to ask for (RFC 9396), where they are known. */
  readonly remediation?: readonly Readonly<Record<string, unknown>>[]
  /** With 429: whole seconds after which the call may come again, at least 1. */
  readonly retryAfter?: number
  /** With `attestation_issuer_untrusted`: the trusted issuer whose name the stranger's was made to look like, and how. */
  readonly resembles?: { readonly issuer: string; readonly how: string }
}

/** Refuses with a code and, for the log, a constant reason. */
export function refuse(code: RejectionCode, reason?: string): Refused {
  return { ok: false, rejection: reason === undefined ? { code } : { code, reason } }
}
