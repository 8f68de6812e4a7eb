/** What a call costs, in one trip to the ledger: the id of its proof, and the uses of capabilities that it takes. */
import { type Ledger, type Refused, refuse, type Spend, type SpendOutcome } from '@countersign/core'
import type { Call } from '../call.ts'
import { describeSpent } from '../capabilities/capability-use.ts'
import type { Objection } from '../checks/check.ts'
import type { GuardContext } from '../guard-context.ts'
import type { Policy } from '../policy.ts'
import { type Chosen, chooseCapabilities, chooseOthers, refuseExhausted } from './chosen-capabilities.ts'

/** Trips for one call: a token may hold several capabilities for it, of which some are used up. */
const mostTrips = 4

/**
 * Spends the proof alone, as of a call that another check has refused: a refused call must not stay replayable, nor one
 * proof probe twice. Refuses `replay_detected`, or `ledger_unavailable` when nobody can say.
 */
export async function spendProof(call: Call, context: GuardContext, { singleUse }: Policy): Promise<Objection> {
  const described = singleUse(call, context)
  const proof = described instanceof Promise ? await described : described
  if (proof === undefined) return undefined
  const over = context.degraded?.judgeEpoch(call)
  if (over !== undefined) return over
  try {
    const outcome = await findLedger(call, context).spend([proof])
    return outcome.spent ? undefined : refuse('replay_detected')
  } catch (error) {
    return refuseUnspent(call, context, { error, proof })
  }
}

/** The one place where the proof is spent, whatever becomes of it. */
function findLedger({ proof }: Call, { ledger, degraded }: GuardContext): Ledger {
  return proof?.place === 'owner' && degraded?.owner !== undefined ? degraded.owner.ledger : ledger
}

/** What could not be spent, for all that is known, and why. */
interface Unspent {
  readonly error: unknown
  readonly proof?: Spend | undefined
}

function refuseUnspent(call: Call, { degraded }: GuardContext, { error, proof }: Unspent): Refused {
  return degraded?.judgeUnspent(call, error, proof) ?? refuse('ledger_unavailable')
}

/** Spends all that the call costs, or nothing but the proof. */
export function spendAll(call: Call, context: GuardContext, policy: Policy): Promise<Objection> {
  return hasMore(call) ? spendWithProof(call, context, policy) : spendProof(call, context, policy)
}

/** Whether the call costs more than its proof. */
export function hasMore({ uses, continued }: Call): boolean {
  return uses !== undefined || continued !== undefined
}

/** In one trip, or in two where the proof is not spent where the uses are. */
async function spendWithProof(call: Call, context: GuardContext, policy: Policy): Promise<Objection> {
  if (call.proof?.place === 'owner') {
    return (await spendProof(call, context, policy)) ?? spendUses(call, context, { policy })
  }
  const over = context.degraded?.judgeEpoch(call)
  if (over !== undefined) return over
  const proof = await policy.singleUse(call, context)
  return spendUses(call, context, { policy, proof })
}

/** What is spent together with the uses. */
interface Together {
  readonly policy: Policy
  /** Left out where it was spent before. */
  readonly proof?: Spend | undefined
}

/**
 * All uses or none, and then no proof either: so that is spent by itself, for the call is refused. Refuses
 * `replay_detected`, `capability_exhausted`, `continuation_invalid` or `ledger_unavailable`.
 */
export async function spendUses(call: Call, context: GuardContext, { policy, proof }: Together): Promise<Objection> {
  const continued = call.continued?.map((one) => one.spend) ?? []
  const own = proof === undefined ? continued : [proof, ...continued]
  const attempt = async (chosen: readonly Chosen[], tripsLeft: number): Promise<Objection> => {
    const outcome = await spend([...own, ...listSpends(chosen, policy)], context)
    if ('error' in outcome) return refuseUnspent(call, context, { error: outcome.error, proof })
    if (outcome.spent) return keep(call, context, chosen)
    if (outcome.exhausted === proof?.key) return refuse('replay_detected')
    const others = tripsLeft > 1 ? chooseOthers(chosen, outcome.exhausted) : undefined
    if (others !== undefined) return attempt(others, tripsLeft - 1)
    const isUsed = continued.some(({ key }) => key === outcome.exhausted)
    const refused = isUsed ? refuse('continuation_invalid', 'used') : refuseExhausted(chosen, outcome.exhausted)
    return proof === undefined ? refused : ((await spendProof(call, context, policy)) ?? refused)
  }
  return attempt(chooseCapabilities(call.uses ?? []), mostTrips)
}

function listSpends(chosen: readonly Chosen[], { countsUses }: Policy): readonly Spend[] {
  return countsUses ? chosen.flatMap(({ held }) => held.spends) : []
}

/** What was spent belongs to who is calling, and is told. */
function keep(call: Call, { events }: GuardContext, chosen: readonly Chosen[]): undefined {
  call.spent = chosen.map(({ use, held }) => describeSpent(use.message, held))
  const clientId = call.token?.clientId
  if (events === undefined || clientId === undefined) return
  for (const { use, held } of chosen) {
    const shortId = held.spends[0]?.key.slice(0, shownCharacters) ?? ''
    events({ type: 'capability_used', tool: use.call.tool, clientId, shortId })
  }
}

const shownCharacters = 8

/** What came of it, or why nobody can say. */
async function spend(spends: readonly Spend[], { ledger }: GuardContext): Promise<SpendOutcome | { error: unknown }> {
  try {
    return await ledger.spend(spends)
  } catch (error) {
    return { error }
  }
}
