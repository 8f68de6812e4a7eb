/** One use for each authorization code (RFC 6749 §4.1.2) and each refresh token (RFC 9700 §4.14.2). */
import { type Ledger, type SpendKind, spendKey, type Verifier } from '@countersign/core'
import { errors } from 'oidc-provider'
import type { Log } from '../log.ts'
import type { Revocations } from '../revocation/revocations.ts'
import type { ArtefactStore } from '../store/artefact-store.ts'
import { isHonestRepeat, revokeFamily } from './family.ts'

const kinds = new Map<string, SpendKind & ('code' | 'refresh_token')>([
  ['AuthorizationCode', 'code'],
  ['RefreshToken', 'refresh_token'],
])

/** The spend outlives the artefact by this many seconds, whatever the clocks say. */
const MARGIN = 60

/** What `consume` needs. `ledger` is the store's own: what lasts as long as the store is spent nowhere else. */
export interface ConsumeParts {
  readonly issuer: string
  readonly store: ArtefactStore
  readonly revocations: Revocations
  readonly ledger: Ledger
  readonly verifier: Verifier
  readonly now: () => number
  readonly log: Log
}

/**
 * Creates the adapter's `consume`: the ledger says who of N concurrent users was first; all others get `invalid_grant`.
 * Losing is a second use, and is judged as one: the library itself sees only those that come after the write.
 */
export function createConsume({ issuer, store, revocations, ledger, verifier, now, log }: ConsumeParts) {
  return async (model: string, id: string): Promise<void> => {
    const kind = kinds.get(model)
    const artefact = await store.find(model, id)
    if (kind === undefined || artefact?.expires === undefined) throw new errors.InvalidGrant(`${model} is gone`)

    const time = Math.floor(now())
    const key = await spendKey(verifier, [kind, issuer, id])
    const until = Math.max(artefact.expires, time) + MARGIN
    const { iat } = artefact.payload
    const issued = typeof iat === 'number' ? { issued: iat } : {}
    const outcome = await ledger.spend([{ kind, key, limit: 1, until, ...issued }])
    if (outcome.spent) {
      await store.markConsumed(model, id, time)
      return
    }
    const { grant, payload } = artefact
    const consumed = (await store.find(model, id))?.consumed ?? time
    // The key was compared before: who comes this far with a bound refresh token holds its key.
    const repeated = kind === 'refresh_token' && isHonestRepeat(payload.jkt, payload.jkt, consumed, time)
    if (!repeated && grant !== undefined) await revokeFamily(revocations, grant, kind, log)
    throw new errors.InvalidGrant(`${kind} used before`)
  }
}
