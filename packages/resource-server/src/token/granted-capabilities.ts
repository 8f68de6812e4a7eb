/** The capabilities of a token: its `authorization_details` of the type `mcp_tool` (RFC 9396 §9.1). */
import {
  type Capability,
  capabilitySpends,
  compileCapability,
  MOST_AHEAD,
  MOST_SECONDS,
  parseCapabilities,
} from '@countersign/capability'
import { CLOCK_DIFFERENCE, type JsonValue, ok, type Result, refuse, type Verifier } from '@countersign/core'
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
  /** Of the token, NumericDate. */
  readonly issuedAt: number
  /** The server whose calls they are to be matched with. */
  readonly resource: string
  readonly verifier: Verifier
}

/** Makes those for one server ready, once for each token that was verified. */
export function prepareCapabilities(
  granted: readonly Capability[],
  preparation: Preparation,
): Promise<readonly HeldCapability[]> {
  const ours = granted.filter(({ locations: [location] }) => location === preparation.resource)
  return Promise.all(ours.map((capability) => prepare(capability, preparation)))
}

async function prepare(capability: Capability, { issuer, issuedAt, verifier }: Preparation): Promise<HeldCapability> {
  const [own, ...ancestors] = await capabilitySpends(verifier, issuer, capability)
  if (own === undefined) throw new Error('a use of a capability costs nothing')
  const dated = ancestors.map((spend, index) => {
    const expires = capability.ancestors?.[index]?.expires ?? 0
    return { ...spend, issued: Math.min(issuedAt, expires - MOST_AHEAD - MOST_SECONDS) - CLOCK_DIFFERENCE }
  })
  // Clocks of issuers differ, too: one that is ahead dates what it mints later than its first use.
  const issued = Math.max(Math.min(issuedAt, mintedAfter(capability)) - CLOCK_DIFFERENCE, usableFrom(capability))
  return { compiled: compileCapability(capability), spends: [{ ...own, issued }, ...dated] }
}

/**
 * A moment, NumericDate, before which it was not minted: a store that has lost its memory refuses what may be older
 * than that. The token is no help, as a refreshed one is younger than what it carries.
 */
function mintedAfter({ approved_at: approvedAt, not_before: notBefore, expires }: Capability): number {
  if (approvedAt !== undefined) return approvedAt
  return notBefore === undefined ? expires - MOST_SECONDS : notBefore - MOST_AHEAD
}

/** A moment before which no guard let it pass: young ones are good again soon after a store has lost its memory. */
function usableFrom({ not_before: notBefore = Number.NEGATIVE_INFINITY }: Capability): number {
  return notBefore - CLOCK_DIFFERENCE
}
