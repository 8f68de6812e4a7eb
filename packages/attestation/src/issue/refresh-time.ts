/** When an agent asks for its next attestation: early enough to try again, and not all agents at once. */

/**
 * Takes the attestation's dates and a random number from 0 up to 1; yields a NumericDate at two thirds of its life,
 * spread over a tenth of it to either side.
 */
export function planRefresh(
  { issuedAt, expires }: { readonly issuedAt: number; readonly expires: number },
  random: number,
): number {
  const life = expires - issuedAt
  return issuedAt + life * (2 / 3 + (random - 0.5) / 5)
}
