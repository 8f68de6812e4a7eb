/** A family: a grant and every code and refresh token that stands on it. */
import type { Context } from 'oidc-provider'
import type { Log } from '../log.ts'
import type { ArtefactStore } from '../store/artefact-store.ts'

/** Seconds in which the holder of the key may repeat a refresh: an answer got lost, a retry crossed it. */
const REPEAT_WINDOW = 10

/** True for a repeated refresh that is no sign of theft: same key, at once. Keys are RFC 7638 thumbprints. */
export function isHonestRepeat(boundTo: unknown, usedKey: unknown, consumed: number, now: number): boolean {
  return typeof boundTo === 'string' && boundTo === usedKey && now - consumed <= REPEAT_WINDOW
}

/** Ends a family, before the request that gave it away is answered. Access tokens run out by themselves. */
export function revokeFamily(
  store: ArtefactStore,
  grantId: string,
  cause: 'code' | 'refresh_token',
  ctx: Context | undefined,
  log: Log,
): void {
  store.revokeFamily(grantId)
  log({ type: 'family_revoked', clientId: ctx?.oidc.client?.clientId ?? '', cause })
}
