/** The nonces of the token endpoint: good at every process that spends in the same place, until that has forgotten. */
import { CLOCK_DIFFERENCE } from '@countersign/core'
import { createNonceRing, type NonceRing } from '@countersign/dpop'
import type { DurableState } from '../store/durable-state.ts'

/** What they are made from. */
export type NonceParts = Pick<DurableState, 'ledger' | 'now' | 'secrets'> & {
  readonly store: Pick<DurableState['store'], 'ledger' | 'notBefore'>
}

/**
 * Where the ledger is on a server, each of its epochs has nonces of its own; else they are made with a secret of the
 * store, which is another one once its own ledger has forgotten.
 */
export function createTokenNonces({ ledger, store, secrets, now: clock }: NonceParts): NonceRing {
  const { store: shared } = ledger
  const common = { clock, clockDifference: CLOCK_DIFFERENCE }
  if (shared === undefined) {
    const notBefore = ledger === store.ledger ? (store.notBefore ?? 0) : 0
    return createNonceRing({ ...common, secret: secrets.nonceSecret, notBefore })
  }
  const make = ({ secret, notBefore } = shared.epoch) => createNonceRing({ ...common, secret, notBefore })
  let of = shared.epoch.id
  let ring = make()
  const now = (): NonceRing => {
    const { epoch } = shared
    if (epoch.id !== of) {
      ring = make(epoch)
      of = epoch.id
    }
    return ring
  }
  return { current: () => now().current(), accepts: (nonce) => now().accepts(nonce) }
}
