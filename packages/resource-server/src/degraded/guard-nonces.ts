/** The nonces of a guard: those of the ledger that all share, and those of this process, for when it cannot be asked. */
import type { Clock, ProofOwner, SharedStore } from '@countersign/core'
import { createNonceRing, isOwnerNonce, type NonceRing } from '@countersign/dpop'

/** What the nonces of a guard on a shared store are made with. */
export interface GuardNoncesOptions {
  readonly store: SharedStore
  /** Absent where requests of one client may come to any process. */
  readonly owner: ProofOwner | undefined
  /** Seconds by which the clocks of the processes may differ. */
  readonly clockDifference: number
  readonly clock: Clock
}

/** Both kinds. */
export interface GuardNonces extends NonceRing {
  /** The nonce of this owner; undefined where there is none. */
  own(): Promise<string> | undefined
}

/**
 * Which kind a nonce is, its length tells; so each proof has one place where it is spent, whatever becomes of the store
 * meanwhile. What is handed out is the store's, and while nobody asks that, the owner's.
 */
export function createGuardNonces({ store, owner, clockDifference, clock }: GuardNoncesOptions): GuardNonces {
  const shared = followEpoch(store, { clockDifference, clock })
  if (owner === undefined) return { ...shared, own: () => undefined }
  const own = createNonceRing({ secret: owner.secret, owner: true, clockDifference, clock })
  const handsOutOwn = () => store.health === 'unhealthy'

  async function acceptOwn(nonce: string) {
    const live = await own.accepts(nonce)
    if (live === undefined || live === 'elsewhere' || handsOutOwn()) return live
    return { ...live, newest: false }
  }

  return {
    current: () => (handsOutOwn() ? own : shared).current(),
    own: () => own.current(),
    accepts: (nonce) => (isOwnerNonce(nonce) ? acceptOwn(nonce) : shared.accepts(nonce)),
  }
}

/** With the secret of a new epoch there are new nonces, and no proof of an earlier one is known any more. */
function followEpoch(
  store: SharedStore,
  times: { readonly clockDifference: number; readonly clock: Clock },
): NonceRing {
  let epochId: string | undefined
  let ring: NonceRing | undefined
  const follow = (): NonceRing => {
    const { id, secret, notBefore } = store.epoch
    if (ring !== undefined && id === epochId) return ring
    epochId = id
    // The secret came with the epoch, so that no nonce is older than that.
    ring = createNonceRing({ ...times, secret, notBefore })
    return ring
  }
  return { current: () => follow().current(), accepts: (nonce) => follow().accepts(nonce) }
}
