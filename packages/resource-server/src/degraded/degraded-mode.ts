/**
 * What becomes of calls while the shared store cannot be asked. Every proof has one place where it is spent, and its
 * nonce says which; no other place ever stands in for it.
 *
 * | nonce of the proof        | the store answers         | it does not, or nobody asks it                       |
 * | ------------------------- | ------------------------- | ---------------------------------------------------- |
 * | none, or the store's      | spent there               | refused and spent late: own nonce to those who may   |
 * |                           |                           | go on without (`use_dpop_nonce`), to others 503      |
 * | of this owner             | spent in its own memory   | spent in its own memory, for those who may go on     |
 * |                           |                           | without; others 503                                  |
 * | of another owner          | `use_dpop_nonce`          | 503                                                  |
 * | of an epoch that is over  | `use_dpop_nonce`          | `use_dpop_nonce`                                     |
 *
 * Who may go on without: calls to a guard whose `affinity` says that they come back to it, of which nothing says
 * `withoutLedger: 'refuse'` and which take no use of a capability, and continue no call. Nobody, where the clocks of
 * store and process differ: what this process judges by is then wrong.
 */
import {
  type Clock,
  type Events,
  type Ledger,
  LedgerUnavailable,
  type ProofOwner,
  type Refused,
  refuse,
  type SharedStore,
  type Spend,
  type StoreFault,
} from '@countersign/core'
import type { VerifiedProof } from '@countersign/dpop'
import type { Call } from '../call.ts'
import type { Objection } from '../checks/check.ts'
import { createGuardNonces, type GuardNonces } from './guard-nonces.ts'
import { createLateSpends } from './late-spends.ts'

/** What a guard on a shared store asks at each of its steps. */
export interface DegradedMode {
  readonly nonces: GuardNonces
  /** Where proofs with its nonces are spent; absent where no affinity is declared. */
  readonly owner: ProofOwner | undefined
  /** Of a proof that was refused for its time: 503 in place of a second 401 to one whose owner is another process. */
  judgeRefused(refused: Refused): Refused
  /** Before a proof is judged: notes the epoch in which it is. */
  noteEpoch(call: Call): void
  /** Of a proof that is good otherwise: whether it is of this epoch. */
  judgeProof(proof: VerifiedProof): Objection
  /** Of a call that has passed all checks: whether it may go on with a nonce of this process. */
  judgeCall(call: Call): Objection
  /** Before a proof is sent to the store: whether the epoch in which it was judged has ended meanwhile. */
  judgeEpoch(call: Call): Objection
  /** Of a call of which something could not be spent; `proof` where that is not certain to be spent. */
  judgeUnspent(call: Call, error: unknown, proof?: Spend): Refused
  /** Where proofs are spent by calls that go on though the ledger gave this error; undefined where none does. */
  standsIn(error: unknown): Ledger | undefined
  /** Whether a call that is let through is so without the store. */
  isUse(call: Call): boolean
}

/** What `createDegradedMode` takes. */
export interface DegradedModeOptions {
  readonly ledger: Ledger
  readonly store: SharedStore
  readonly owner: ProofOwner | undefined
  readonly clockDifference: number
  readonly clock: Clock
  readonly events: Events | undefined
}

/** Follows the store for as long as the process lives. */
export function createDegradedMode(options: DegradedModeOptions): DegradedMode {
  const { store, owner, events, ledger, clock } = options
  const late = createLateSpends({ ledger, clock })
  let fault: StoreFault | undefined

  store.watch((event) => {
    if (event.type === 'store_health') {
      fault = event.reason === 'recovered' ? undefined : event.reason
      if (event.health !== 'unhealthy') late.flush()
    }
    events?.(event)
  })
  events?.({ type: 'store_health', health: store.health, reason: store.health === 'unhealthy' ? 'down' : 'recovered' })

  /** A store that is down for another reason than before tells nobody but who asks. */
  function readFault(error: unknown): StoreFault | undefined {
    if (!(error instanceof LedgerUnavailable)) return undefined
    if (isDown()) fault = error.fault
    return error.fault
  }

  const isDown = () => store.health === 'unhealthy'
  // What its owner spends has no part in the store's epochs.
  const isOfEpoch = ({ epochId, proof }: Call) => proof?.place !== 'store' || epochId === store.epoch.id

  return {
    nonces: createGuardNonces(options),
    owner,
    judgeRefused(refused) {
      const { reason } = refused.rejection
      return reason === 'nonce_of_another_process' && isDown() ? refuse('ledger_unavailable', reason) : refused
    },
    noteEpoch(call) {
      call.epochId = store.epoch.id
    },
    judgeProof: ({ place, issued }) =>
      place === 'store' && issued < store.epoch.notBefore ? refuse('use_dpop_nonce', 'epoch') : undefined,
    judgeEpoch: (call) => (isOfEpoch(call) ? undefined : refuse('use_dpop_nonce', 'epoch')),
    judgeCall(call) {
      if (call.proof?.place !== 'owner') return undefined
      if (isDown()) return fault !== 'clock' && mayDegrade(call) ? undefined : refuse('ledger_unavailable', fault)
      return refusesToDegrade(call) ? refuse('use_dpop_nonce', 'nonce_of_this_process') : undefined
    },
    judgeUnspent(call, error, proof) {
      const cause = readFault(error)
      if (cause === undefined || call.proof?.place !== 'store') return refuse('ledger_unavailable', cause)
      if (proof !== undefined) late.add(proof)
      if (owner === undefined || cause === 'clock' || !mayDegrade(call)) return refuse('ledger_unavailable', cause)
      call.needsOwnNonce = true
      return refuse('use_dpop_nonce', 'store')
    },
    standsIn(error) {
      const cause = readFault(error)
      return cause === undefined || cause === 'clock' || fault === 'clock' ? undefined : owner?.ledger
    },
    isUse: ({ proof }) => proof?.place === 'owner' && isDown(),
  }
}

function refusesToDegrade({ requirements = [] }: Call): boolean {
  return requirements.some(({ withoutLedger }) => withoutLedger === 'refuse')
}

function mayDegrade(call: Call): boolean {
  const { requirements = [], uses, continued } = call
  if (uses !== undefined || continued !== undefined || refusesToDegrade(call)) return false
  return requirements.every(({ capability }) => capability === undefined)
}
