/** The capabilities of a token: its `authorization_details` of the type `mcp_tool` (RFC 9396 §9.1). */
import { type Capability, capabilitySpends, compileCapability, parseCapabilities } from '@countersign/capability'
import { type JsonValue, ok, type Result, refuse, type Verifier } from '@countersign/core'
import type { HeldCapability } from './access-token.ts'

/** Refuses `invalid_token`: what the malformed one was to allow, and whether it was to limit another, nobody can say. */
export function readGranted(details: JsonValue | undefined): Result<readonly Capability[]> {
  if (details === undefined) return ok([])
  const granted = parseCapabilities(details, 'token')
  return granted.ok ? ok(granted.value) : refuse('invalid_token', 'authorization_details')
}

/** What `prepareCapabilities` needs. */
interface Preparation {
  readonly issuer: string
  /** The server whose calls they are to be matched with. */
  readonly resource: string
  readonly verifier: Verifier
}

/** Makes those for one server ready, once for each token that was verified. */
export function prepareCapabilities(
  granted: readonly Capability[],
  { issuer, resource, verifier }: Preparation,
): Promise<readonly HeldCapability[]> {
  const ours = granted.filter(({ locations: [location] }) => location === resource)
  return Promise.all(
    ours.map(async (capability) => ({
      compiled: compileCapability(capability),
      spends: await capabilitySpends(verifier, issuer, capability),
    })),
  )
}
