/** The threat analysis's carriage on the wire: one experimental capability of `initialize`, both ways (§4.1 to §4.3 there). */
import { legacyAttestationVersion } from '@countersign/attestation/legacy'
import type { Presence } from '@countersign/attestation/verify'
import { isJsonObject, type JsonObject, type JsonValue } from '@countersign/core'

/** Its name under `capabilities.experimental`. */
export const legacyCapability = 'security.attestation'

/** The claims that have to be there, as a server declares them and as it says that they were verified. */
const verifiedClaims = ['agent_identity', 'attestation_metadata']

/** What a client sent with its `initialize`; `id` is that of the request. */
export type LegacyInitialize =
  /** It knows the carriage, and shows nothing. */
  | { readonly kind: 'declared'; readonly id: JsonValue }
  | { readonly kind: 'presented'; readonly id: JsonValue; readonly token: string }
  /** It shows something that is not of this carriage; there is no `id` where no answer would be expected. */
  | { readonly kind: 'malformed'; readonly id?: JsonValue; readonly reason: string }

/** Reads the body of a POST; `undefined` when nothing in it is an `initialize` that knows the carriage. */
export function readLegacyInitialize(body: JsonValue | undefined): LegacyInitialize | undefined {
  if (Array.isArray(body)) {
    // MCP 2025-03-26, Lifecycle: `initialize` is not to be part of a batch.
    return body.some((one) => readLegacyInitialize(one) !== undefined) ? malformed('batch') : undefined
  }
  if (!isJsonObject(body) || body.method !== 'initialize') return undefined
  const capability = findCapability(body.params)
  if (capability === undefined) return undefined
  if (!Object.hasOwn(body, 'id')) return malformed('notification')
  return readCapability(body.id ?? null, capability)
}

function readCapability(id: JsonValue, capability: JsonValue): LegacyInitialize {
  if (!isJsonObject(capability)) return malformed('capability', id)
  const { token = null, version } = capability
  if (token === null) return { kind: 'declared', id }
  if (typeof token !== 'string') return malformed('capability', id)
  // There is one version. Another one is not a reason to look less closely.
  return version === legacyAttestationVersion ? { kind: 'presented', id, token } : malformed('version', id)
}

function malformed(reason: string, id?: JsonValue): LegacyInitialize {
  return { kind: 'malformed', reason, ...(id !== undefined && { id }) }
}

function findCapability(params: JsonValue | undefined): JsonValue | undefined {
  const capabilities = member(params, 'capabilities')
  return member(member(capabilities, 'experimental'), legacyCapability)
}

function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** The same `initialize` without the token: a credential, which no handler needs any more. */
export function withholdToken(body: JsonValue): JsonValue {
  return replaceMember(
    body,
    ['params', 'capabilities', 'experimental', legacyCapability],
    ({ token: _, ...rest }) => rest,
  )
}

function replaceMember(
  value: JsonValue,
  [name, ...path]: readonly string[],
  replace: (value: JsonObject) => JsonObject,
): JsonValue {
  if (!isJsonObject(value)) return value
  if (name === undefined) return replace(value)
  return { ...value, [name]: replaceMember(value[name] ?? null, path, replace) }
}

/** What a server says of itself: its policy, and whose attestations it takes. */
export interface LegacyDeclaration {
  readonly policy: Presence
  readonly trustedIssuers: readonly string[]
}

/** The server's capability in its answer: what it asks for, and what came of what the client sent. */
export function describeVerification(
  { policy, trustedIssuers }: LegacyDeclaration,
  level: string | undefined,
): JsonObject {
  return {
    version: legacyAttestationVersion,
    policy,
    trusted_issuers: [...trustedIssuers],
    required_claims: [...verifiedClaims],
    ...(level === undefined
      ? { verification_status: 'failed', error: 'No attestation provided' }
      : { verification_status: 'verified', trust_level: level, verified_claims: [...verifiedClaims] }),
  }
}
