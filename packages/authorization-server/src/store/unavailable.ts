/** What a request is told while a store cannot be asked: 503, and to come back (RFC 6749 §4.1.2.1). */
import { type Ledger, LedgerUnavailable } from '@countersign/core'
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

/** The same for a ledger. */
export function refuseWhileLedgerUnavailable(ledger: Ledger): Ledger {
  return { lifetime: ledger.lifetime, spend: refuseWhileUnavailable((spends) => ledger.spend(spends)) }
}

/** For those who are no client: makes a call reject with what the store said itself. */
export async function tellOperator<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (error) {
    throw error instanceof TemporarilyUnavailable && error.cause !== undefined ? error.cause : error
  }
}
