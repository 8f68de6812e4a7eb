/** The parameter `authorization_details` (RFC 9396 §2), read as strictly as a token. */
import { type CapabilityRequest, type CapabilityResult, parseCapabilities } from '@countersign/capability'
import { parseStrictJson } from '@countersign/core'
import { errors, type OidcContext } from 'oidc-provider'

interface Reading {
  readonly parameter: string
  readonly result: CapabilityResult<readonly CapabilityRequest[]>
}

/** What was read on a request: the library asks for one entry after the other. */
const readings = new WeakMap<OidcContext, Reading>()

/** Takes the parameter as it came; yields what it asks for, nothing where it is left out. */
export function parseRequestedCapabilities(parameter: unknown): CapabilityResult<readonly CapabilityRequest[]> {
  if (parameter === undefined) return { ok: true, value: [] }
  // Its length is bounded by that of the body, or of the address.
  const parsed = typeof parameter === 'string' ? parseStrictJson(parameter, { maxDepth: 16 }) : undefined
  if (parsed === undefined || !parsed.ok) return { ok: false, reason: 'not_json' }
  return parseCapabilities(parsed.value, 'request')
}

/** The capabilities that a request asks for; throws `invalid_authorization_details`. */
export function requestedCapabilities(oidc: OidcContext): readonly CapabilityRequest[] {
  const parameter = oidc.params?.authorization_details
  if (typeof parameter !== 'string') return []
  const known = readings.get(oidc)
  const result = known?.parameter === parameter ? known.result : parseRequestedCapabilities(parameter)
  readings.set(oidc, { parameter, result })
  if (result.ok) return result.value
  throw new errors.InvalidAuthorizationDetails(`authorization_details cannot be read: ${result.reason}`)
}
