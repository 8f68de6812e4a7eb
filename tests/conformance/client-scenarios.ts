/** Every scenario that the suite has for clients: how ours ends it, or why it is not for ours. */

/** The revisions whose requirements are met, each on its own wire. */
export const revisions = ['2026-07-28', '2025-11-25'] as const

/**
 * The `auth/` scenarios that a revision requires, and how the session ends: `done`, or the refusal that is right.
 * Together they are the requirements of 2026-07-28; 2025-11-25 requires some of them.
 */
export const authScenarios: Readonly<Record<string, string>> = {
  'auth/metadata-default': 'done',
  'auth/metadata-var1': 'done',
  'auth/metadata-var2': 'done',
  'auth/metadata-var3': 'done',
  'auth/basic-cimd': 'done',
  'auth/scope-from-www-authenticate': 'done',
  'auth/scope-from-scopes-supported': 'done',
  'auth/scope-omitted-when-undefined': 'done',
  'auth/scope-step-up': 'done',
  'auth/scope-retry-limit': 'InsufficientScopeError',
  'auth/token-endpoint-auth-basic': 'done',
  'auth/token-endpoint-auth-post': 'done',
  'auth/token-endpoint-auth-none': 'done',
  'auth/pre-registration': 'done',
  'auth/resource-mismatch': 'resource_mismatch',
  'auth/offline-access-scope': 'done',
  'auth/offline-access-not-supported': 'done',
  'auth/authorization-server-migration': 'done',
  'auth/iss-supported': 'done',
  'auth/iss-not-advertised': 'done',
  'auth/iss-supported-missing': 'issuer_mismatch',
  'auth/iss-wrong-issuer': 'issuer_mismatch',
  'auth/iss-unexpected': 'issuer_mismatch',
  'auth/iss-normalized': 'issuer_mismatch',
  'auth/metadata-issuer-mismatch': 'issuer_mismatch',
}

/** Extensions that our agent ships, run with the agent as it is. */
export const extensionScenarios = ['auth/dpop', 'auth/dpop-nonce', 'auth/client-credentials-jwt'] as const

/** No authorization in them: the MCP SDK's client is what they judge, and that our fetch under it changes nothing. */
export const plainScenarios: Readonly<Record<string, string>> = {
  initialize: 'done',
  tools_call: 'done',
  'sse-retry': 'done',
  'request-metadata': 'done',
  'http-standard-headers': 'done',
  'http-custom-headers': 'done',
  'http-invalid-tool-headers': 'done',
  // Its server lists a tool and has none to call.
  'json-schema-ref-no-deref': 'ProtocolError',
}

const legacyDiscovery = 'revision 2025-03-26, without protected resource metadata: what our agent goes by'
const otherGrant = 'an extension with a grant or a kind of credentials that our agent does not ship'
const clientLogic = 'asks the MCP client for answers of its own (elicitation, echoes); no authorization in it'
const skills = 'an extension of the MCP client; no authorization in it'

/** The others, each with the reason. */
export const notApplicable: Readonly<Record<string, string>> = {
  'auth/2025-03-26-oauth-metadata-backcompat': legacyDiscovery,
  'auth/2025-03-26-oauth-endpoint-fallback': legacyDiscovery,
  'auth/client-credentials-basic': otherGrant,
  'auth/enterprise-managed-authorization': otherGrant,
  'auth/wif-jwt-bearer': otherGrant,
  'elicitation-sep1034-client-defaults': clientLogic,
  'sep-2322-client-request-state': clientLogic,
  'json-schema-2020-12-preservation': clientLogic,
  'sep-2640-client-no-prefetch': skills,
  'sep-2640-client-verify-digest': skills,
  'sep-2640-client-verify-size': skills,
  'sep-2640-client-verify-frontmatter': skills,
}
