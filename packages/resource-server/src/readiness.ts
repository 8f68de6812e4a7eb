/** Whether calls can be judged at this moment: by asking what judging them asks, not by what went well before. */
import { type Clock, encodeBase64url, type Ledger } from '@countersign/core'
import type { GuardContext } from './guard-context.ts'
import type { TrustedIssuer } from './token/trusted-issuer.ts'

/**
 * What good calls need. Without the `keys` of every issuer, also of attestations, they get 503 `keys_unavailable`, without knowing what was
 * revoked (`revocations`) 503 `revocations_unavailable`, without the `ledger` 503 `ledger_unavailable`, but for
 * those that go on without it where affinity is declared.
 */
export type GuardNeed = 'keys' | 'revocations' | 'ledger'

type Probed = Pick<GuardContext, 'issuers' | 'ledger' | 'clock' | 'attestation' | 'degraded'>

/** True when calls find it; what cannot be had, for whatever reason, is `false`, never an exception. */
export async function probeGuard(need: GuardNeed, context: Probed): Promise<boolean> {
  try {
    return await ask(need, context)
  } catch {
    return false
  }
}

function ask(need: GuardNeed, context: Probed): Promise<boolean> {
  switch (need) {
    case 'keys':
      return hasAllKeys(context)
    case 'revocations':
      return allHold([...context.issuers.values()], knowsRevocations)
    case 'ledger':
      return canSpend(context)
  }
}

/** Those of tokens, and those of attestations where any are taken. */
async function hasAllKeys({ issuers, attestation }: Probed): Promise<boolean> {
  const answers = await Promise.all([allHold([...issuers.values()], hasKeys), attestation.isReady()])
  return answers.every((answer) => answer)
}

async function allHold<T>(items: readonly T[], question: (item: T) => Promise<boolean>): Promise<boolean> {
  const answers = await Promise.all(items.map(question))
  return answers.every((answer) => answer)
}

/** The ring fetches keys that it does not have yet, with its own bounds on how often. That no key fits is an answer too. */
async function hasKeys({ jwt: { keys, algorithms }, introspectsJwts }: TrustedIssuer): Promise<boolean> {
  const [algorithm] = algorithms
  if (introspectsJwts || algorithm === undefined) return true
  const found = await keys.find(undefined, algorithm)
  return found.ok || found.rejection.code !== 'keys_unavailable'
}

/** Where the issuer can be asked about each token, its feed is not needed. */
async function knowsRevocations({ feed, introspector }: TrustedIssuer): Promise<boolean> {
  return feed === undefined || introspector !== undefined || (await feed.consult())
}

/** Where calls go on though the shared store cannot be asked, whatever stands in for it is asked. */
async function canSpend({ ledger, clock, degraded }: Probed): Promise<boolean> {
  try {
    return await spendNewId(ledger, clock)
  } catch (error) {
    const standIn = degraded?.standsIn(error)
    return standIn !== undefined && (await spendNewId(standIn, clock))
  }
}

/** Spends an id that nobody else can have, and that is soon forgotten, but by no clock that is a little ahead. */
async function spendNewId(ledger: Ledger, clock: Clock): Promise<boolean> {
  const key = encodeBase64url(crypto.getRandomValues(new Uint8Array(32)))
  const issued = Math.max(clock(), ledger.store?.epoch.notBefore ?? 0)
  return (await ledger.spend([{ kind: 'proof', key, limit: 1, issued, until: issued + 20 }])).spent
}
