/** What a request is told while a store cannot be asked: 503, and to come back (RFC 6749 §4.1.2.1). */
import { type Ledger, LedgerUnavailable, type Spend } from '@countersign/core'
import { errors } from 'oidc-provider'

/** Something that is needed cannot be asked right now; `cause` says why, to the operator. */
export class TemporarilyUnavailable extends errors.OIDCProviderError {
  override readonly error_description: string
  /** The library would hide what is said with a 503. */
  override readonly expose = true

  constructor(description: string, cause?: unknown) {
    super(503, 'temporarily_unavailable')
    this.error_description = description
    this.cause = cause
  }
}

/** Makes a call to a store reject in words that the client understands. */
export function refuseWhileUnavailable<Arguments extends unknown[], Result>(
  ask: (...values: Arguments) => Promise<Result>,
): (...values: Arguments) => Promise<Result> {
  return async (...values) => {
    try {
      return await ask(...values)
    } catch (error) {
      throw error instanceof LedgerUnavailable ? new TemporarilyUnavailable('a store cannot be asked', error) : error
    }
  }
}

/**
 * The same for a ledger; also for the seconds after its store has lost its memory, in which whatever a client makes
 * would be refused as from before: that would tell an honest one that it is at fault.
 */
export function refuseWhileLedgerUnavailable(ledger: Ledger, now: () => number): Ledger {
  const ask = refuseWhileUnavailable((spends: readonly Spend[]) => ledger.spend(spends))
  return {
    lifetime: ledger.lifetime,
    async spend(spends) {
      const notBefore = ledger.store?.epoch.notBefore ?? 0
      const isEarly = now() < notBefore && spends.some(({ issued = notBefore }) => issued < notBefore)
      if (isEarly) throw new TemporarilyUnavailable('a store has lost its memory, and is good again in a moment')
      return ask(spends)
    },
  }
}

/** For those who are no client: makes a call reject with what the store said itself. */
export async function tellOperator<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (error) {
    throw error instanceof TemporarilyUnavailable && error.cause !== undefined ? error.cause : error
  }
}
