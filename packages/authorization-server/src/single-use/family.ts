/** A family: a grant and every code, refresh token and access token that stands on it. */
import { Provider } from 'oidc-provider'
import type { Log } from '../log.ts'
import type { Revocations } from '../revocation/revocations.ts'

/** Seconds in which the holder of the key may repeat a refresh: an answer got lost, a retry crossed it. */
const REPEAT_WINDOW = 10

/** True for a repeated refresh that is no sign of theft: same key, at once. Keys are RFC 7638 thumbprints. */
export function isHonestRepeat(boundTo: unknown, usedKey: unknown, consumed: number, now: number): boolean {
  return typeof boundTo === 'string' && boundTo === usedKey && now - consumed <= REPEAT_WINDOW
}

/** Ends a family and its live access tokens, before the request that gave it away is answered. */
export async function revokeFamily(
  revocations: Revocations,
  grant: string,
  cause: 'code' | 'refresh_token',
  log: Log,
): Promise<void> {
  await revocations.grant(grant)
  log({ type: 'family_revoked', clientId: Provider.ctx?.oidc.client?.clientId ?? '', cause })
}
