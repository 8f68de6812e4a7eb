/** What comes in degrees, compared by place in an order and never as text. */

/** How much an issuer's word counts here; `none` is what an agent without an attestation has. */
export const attestationLevels = ['none', 'enterprise', 'provider'] as const
/** What the agent's provider declares about its safeguards. */
export const safetyLevels = ['minimal', 'standard', 'enhanced'] as const
/** How the issuer knows what it says: because the deployment says so, or because it measured it. */
export const assurances = ['asserted', 'measured'] as const

/** A place in the order of trust. */
export type AttestationLevel = (typeof attestationLevels)[number]
/** A place in the order of safeguards. */
export type SafetyLevel = (typeof safetyLevels)[number]
/** A place in the order of knowledge. */
export type Assurance = (typeof assurances)[number]

/** Does `actual` stand at `least` or above it, in an order from low to high? What is not in the order stands nowhere. */
export function reaches<T>(order: readonly T[], actual: T, least: T): boolean {
  const place = order.indexOf(least)
  return place >= 0 && order.indexOf(actual) >= place
}
