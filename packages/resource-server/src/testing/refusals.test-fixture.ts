/** One call for each rejection code that is refused with exactly it: how it looks on the wire is told by hand, not computed. */
import type { RejectionCode } from '@countersign/core'
import { expect } from 'vitest'
import { attestationRefusals } from './attestation-refusals.test-fixture.ts'
import { capabilityRefusals } from './capability-refusals.test-fixture.ts'
import type { Members } from './issuer.test-fixture.ts'
import { pressureRefusals } from './pressure-refusals.test-fixture.ts'
import { rpc, type Scene, type SceneOptions, toolCall } from './scene.test-fixture.ts'

/** A call that is refused. */
export interface Refusal {
  readonly code: RejectionCode
  readonly status: number
  /** The `error` of the challenge; `none` for a challenge without one; absent where there is no challenge. */
  readonly error?:
    | 'none'
    | 'invalid_token'
    | 'invalid_dpop_proof'
    | 'use_dpop_nonce'
    | 'invalid_client_attestation'
    | 'use_fresh_attestation'
    | 'insufficient_scope'
    | 'insufficient_authorization'
  /** The `scope` of the challenge, where it is not the initial one. */
  readonly scope?: string
  /** The entries of `authorization_remediation`; with it the challenge has no `scope`. */
  readonly remediation?: readonly Members[]
  /** Further members of the problem document. */
  readonly problem?: Members
  /** Further headers of the response. */
  readonly headers?: Readonly<Record<string, unknown>>
  readonly options?: SceneOptions
  readonly arrange: (scene: Scene) => Promise<Request>
}

const unreachable: typeof fetch = async () => {
  throw new TypeError('no route to the issuer')
}

/** In the order of the table in core. */
export const refusals: readonly Refusal[] = [
  {
    code: 'insecure_transport',
    status: 400,
    arrange: (scene) => scene.request({ url: 'http://notes.example/mcp' }),
  },
  {
    code: 'malformed_request',
    status: 400,
    arrange: (scene) => scene.request({ body: new ReadableStream({ pull: (sink) => sink.error(new Error('cut')) }) }),
  },
  {
    code: 'origin_not_allowed',
    status: 403,
    arrange: (scene) => scene.request({ headers: { origin: 'https://evil.example' } }),
  },
  { code: 'host_not_allowed', status: 403, arrange: (scene) => scene.request({ url: 'https://evil.example/mcp' }) },
  {
    code: 'method_not_allowed',
    status: 405,
    headers: { allow: 'POST, GET, DELETE' },
    arrange: (scene) => scene.request({ method: 'PUT' }),
  },
  {
    code: 'body_timeout',
    status: 408,
    headers: { connection: 'close' },
    options: { limits: { bodySeconds: 0.02 } },
    arrange: (scene) => scene.request({ body: new ReadableStream() }),
  },
  {
    code: 'body_too_large',
    status: 413,
    headers: { connection: 'close' },
    options: { limits: { bodyBytes: 64 } },
    arrange: (scene) => scene.request(),
  },
  {
    code: 'unsupported_media_type',
    status: 415,
    arrange: (scene) => scene.request({ headers: { 'content-type': 'text/plain' } }),
  },
  {
    code: 'headers_too_large',
    status: 431,
    arrange: (scene) => scene.request({ headers: { authorization: `DPoP ${'x'.repeat(9000)}` } }),
  },
  { code: 'malformed_body', status: 400, arrange: (scene) => scene.request({ body: '{"jsonrpc":"2.0",' }) },
  {
    code: 'header_mismatch',
    status: 400,
    arrange: (scene) => scene.request({ headers: { 'mcp-method': 'tools/list' } }),
  },
  {
    code: 'continuation_invalid',
    status: 400,
    arrange: (scene) =>
      scene.request({ body: rpc('tools/call', { name: 'read_notes', requestState: 'countersign.1.made-up' }) }),
  },
  {
    code: 'missing_token',
    status: 401,
    error: 'none',
    arrange: (scene) => scene.request({ headers: { authorization: null } }),
  },
  {
    code: 'invalid_token',
    status: 401,
    error: 'invalid_token',
    arrange: async (scene) => scene.request({ token: await scene.token({ aud: 'https://other.example/mcp' }) }),
  },
  {
    code: 'missing_dpop_proof',
    status: 401,
    error: 'invalid_dpop_proof',
    arrange: (scene) => scene.request({ proof: null }),
  },
  {
    code: 'invalid_dpop_proof',
    status: 401,
    error: 'invalid_dpop_proof',
    arrange: (scene) => scene.request({ proof: { url: 'https://other.example/mcp' } }),
  },
  {
    code: 'dpop_jkt_mismatch',
    status: 401,
    error: 'invalid_token',
    arrange: async (scene) => scene.request({ token: await scene.token({ cnf: { jkt: 'A'.repeat(43) } }) }),
  },
  {
    code: 'use_dpop_nonce',
    status: 401,
    error: 'use_dpop_nonce',
    arrange: (scene) => scene.request({ proof: { nonce: undefined } }),
  },
  {
    code: 'replay_detected',
    status: 401,
    error: 'invalid_dpop_proof',
    arrange: async (scene) => {
      const request = await scene.request()
      await scene.guard.check(request.clone())
      return request
    },
  },
  {
    code: 'content_digest_mismatch',
    status: 401,
    error: 'invalid_dpop_proof',
    arrange: (scene) => scene.request({ proof: { content: toolCall('read_notes', { id: 1 }) } }),
  },
  {
    code: 'content_digest_required',
    status: 403,
    error: 'invalid_dpop_proof',
    arrange: (scene) => scene.request({ body: toolCall('sign_note'), proof: { content: undefined } }),
  },
  ...attestationRefusals,
  {
    code: 'method_not_declared',
    status: 403,
    arrange: (scene) => scene.request({ body: rpc('completion/complete') }),
  },
  { code: 'tool_not_declared', status: 403, arrange: (scene) => scene.request({ body: toolCall('drop_notes') }) },
  {
    code: 'resource_not_declared',
    status: 403,
    arrange: (scene) => scene.request({ body: rpc('resources/read', { uri: 'file:///etc/passwd' }) }),
  },
  {
    code: 'session_not_found',
    status: 404,
    arrange: (scene) => scene.request({ headers: { 'mcp-session-id': 'made-up.seal' } }),
  },
  {
    code: 'prompt_not_declared',
    status: 403,
    arrange: (scene) => scene.request({ body: rpc('prompts/get', { name: 'leak_notes' }) }),
  },
  {
    code: 'insufficient_scope',
    status: 403,
    error: 'insufficient_scope',
    scope: 'notes:read notes:write notes:delete',
    arrange: (scene) => {
      const calls = ['read_notes', 'write_note', 'delete_note', 'write_note'].map((name) => toolCall(name))
      return scene.request({ body: `[${calls.join()}]` })
    },
  },
  ...capabilityRefusals,
  ...pressureRefusals,
  {
    code: 'keys_unavailable',
    status: 503,
    headers: { 'retry-after': '5' },
    options: { authorizationServers: ['https://auth.example'], fetch: unreachable },
    arrange: (scene) => scene.request(),
  },
  {
    code: 'introspection_unavailable',
    status: 503,
    headers: { 'retry-after': '5' },
    options: {
      authorizationServers: [
        { issuer: 'https://auth.example', introspection: { clientId: 'notes', clientSecret: 'keep-this-quiet' } },
      ],
      fetch: unreachable,
    },
    arrange: (scene) => scene.request({ token: 'opaque-token-of-nobody' }),
  },
  {
    code: 'revocations_unavailable',
    status: 503,
    headers: { 'retry-after': '5' },
    options: { fetch: unreachable, issuerTrust: { revocationFeed: 'https://auth.example/revocations' } },
    arrange: (scene) => scene.request(),
  },
  {
    code: 'ledger_unavailable',
    status: 503,
    headers: { 'retry-after': expect.stringMatching(/^[1-3]$/) },
    options: { ledger: { lifetime: 'run', spend: () => Promise.reject(new Error('disk full')) } },
    arrange: (scene) => scene.request(),
  },
]
